# SPDX-License-Identifier: Apache-2.0
"""Catalogs, components, mappings and plans of action in OSCAL: names that stay apart, and headers that say anything (A-10)."""

from dataclasses import replace
from datetime import date

import pytest
from tests.builders import all_, clause, framework, met, red_line, ref, rule, safeguard
from tests.interop_builders import ABOUT, entry, read_by_trestle

from ruleout.framework.coverage import coverage
from ruleout.framework.criteria_document import Claim, Criteria, Item, Provenance
from ruleout.model.formula import Kind, Not
from ruleout.model.framework import Criterion, Recommendation
from ruleout.reports.interop.names import OSCAL_NS
from ruleout.reports.interop.oscal.catalog import catalog_name, criteria_catalog, framework_catalog, item_id
from ruleout.reports.interop.oscal.components import component_definition
from ruleout.reports.interop.oscal.mapping import Mapped, mapping_collection
from ruleout.reports.interop.oscal.plan import plan_of_action
from ruleout.reports.interop.shown import DeviationShown, FrameworkShown


def shown(made):
    return FrameworkShown(entry=entry(), framework=made, sha256="9" * 64)


def deviation(*headers, **more):
    acts = tuple((entry(f"deviation/late/{n}"), h) for n, h in enumerate(headers))
    return DeviationShown(id="late", acts=acts, **more)


OPEN = {"deviation": "late", "act": "open", "framework": "demo", "version": "1.0", "clause": "s"}


def test_files_of_different_frameworks_have_different_names():
    """A hyphen may stand in a name and in a version."""
    assert catalog_name("a-b@1") != catalog_name("a@b-1")


def test_a_clause_of_several_lines_and_strange_titles_is_still_read(tmp_path):
    """Titles stand on one line; prose keeps its lines."""
    odd = replace(clause("s"), says="One line.\nAnother — “quoted”.", note="Why.\nSo.")
    made = framework(rule("r"), safeguards=(safeguard(clause=odd, title="  Two\n lines "),))
    value = framework_catalog(shown(made), ABOUT)
    (control,) = [c for g in value["catalog"]["groups"] for c in g["controls"] if c["id"] == "s"]

    assert control["title"] == "Two lines"
    assert [part["prose"] for part in control["parts"]] == [odd.says, odd.note]
    assert read_by_trestle(value, tmp_path) == value


def test_a_component_names_its_criteria_and_the_rules_that_ask_for_it_and_not_for_its_absence():
    """A rule that asks that a safeguard be not met is none that it is there for."""
    made = framework(
        rule("asks", require=all_(met(), ref(Kind.QUESTION, "q"))),
        rule("asks-not", require=Not(met())),
        rule("other", require=ref(Kind.QUESTION, "q")),
        safeguards=(safeguard(criteria=(Criterion(clause=clause("s/one"), indicators=None),)),),
    )
    (component,) = component_definition(shown(made), ABOUT)["component-definition"]["components"]
    (implementation,) = component["control-implementations"]

    assert [r["control-id"] for r in implementation["implemented-requirements"]] == ["s", "s.one", "asks"]


# --- mapping ----------------------------------------------------------------------------------------------------------


def item(name):
    return Item(id=name, text="Be careful.", parent="", weight="", provenance=Provenance.RECALLED, checked="")


CRITERIA = Criteria(
    id="law", title="A law", edition="2026", url="https://example.org", kind="law", note="", scores=(),
    items=(item("1.a"), item("1(a)"), item("2")),
)  # fmt: skip


def mapped(*claims):
    made = framework(
        rule("r"),
        recommendations=(Recommendation(clause=clause("advice"), threshold=""),),
        red_lines=(red_line("never", met()),),
    )
    return mapping_collection([Mapped(coverage=coverage(made, CRITERIA, claims), claims="7" * 64)], ABOUT)


def claim(name, *clauses, leaves_open=""):
    return Claim(against="law", item=name, clauses=clauses, leaves_open=leaves_open)


def test_what_binds_nobody_claims_weakly_and_what_is_open_is_said(tmp_path):
    """And no set relation is asserted of either."""
    value = mapped(claim("1.a", "r", leaves_open="Half of it."), claim("1(a)", "advice"))
    (one,) = value["mapping-collection"]["mappings"]

    assert [(m["relationship"], m.get("remarks")) for m in one["maps"]] == [
        ("claims", "Left open: Half of it."),
        ("claims-weakly", None),
    ]
    assert {m["ns"] for m in one["maps"]} == {OSCAL_NS}
    assert one["target-gap-summary"]["unmapped-controls"] == [{"with-ids": ["law-2"]}]
    assert read_by_trestle(value, tmp_path) == value


def test_items_keep_apart_in_their_catalog(tmp_path):
    """A point and a parenthesis are not the same."""
    value = criteria_catalog(CRITERIA, "8" * 64, ABOUT)
    ids = [control["id"] for control in value["catalog"]["controls"]]

    assert ids == [item_id("law", one.id) for one in CRITERIA.items]
    assert len(set(ids)) == 3
    assert read_by_trestle(value, tmp_path) == value


# --- plan of action ---------------------------------------------------------------------------------------------------


def test_discovery_is_the_earliest_that_any_act_states(tmp_path):
    """An amendment moves it back and never forward; a closing closes."""
    acts = (
        {**OPEN, "discovered": "2026-03-16T00:00:00Z"},
        {**OPEN, "act": "amend", "discovered": "2026-03-14T12:00:00+02:00"},
        {**OPEN, "act": "close", "discovered": "2026-04-01T00:00:00Z", "corrected": "2026-03-24T00:00:00Z"},
    )
    value = plan_of_action([deviation(*acts, is_closed=True)], ABOUT)
    plan = value["plan-of-action-and-milestones"]

    assert plan["observations"][0]["collected"] == "2026-03-14T10:00:00Z"
    assert plan["risks"][0]["status"] == "closed"
    assert read_by_trestle(value, tmp_path) == value


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30", "9999-99-99T00:00:00Z", "2026-05-01", "0001-01-01T00:00:00+14:00"]
)
def test_a_header_may_say_anything_and_the_document_is_read_all_the_same(text, tmp_path):
    """What is no instant is not told as one; the entry's own stands in."""
    value = plan_of_action([deviation({**OPEN, "discovered": text, "clause": "a b/ß"})], ABOUT)
    collected = value["plan-of-action-and-milestones"]["observations"][0]["collected"]

    assert collected.startswith("2026-05-0")
    assert read_by_trestle(value, tmp_path) == value


def test_the_same_deviation_of_another_log_is_another():
    """Its name is unique in one record only."""
    one = plan_of_action([deviation(OPEN)], ABOUT)["plan-of-action-and-milestones"]
    other = plan_of_action([deviation(OPEN)], replace(ABOUT, origin="other.example/record"))[
        "plan-of-action-and-milestones"
    ]

    assert one["poam-items"][0]["uuid"] != other["poam-items"][0]["uuid"]
    assert date.fromisoformat(one["metadata"]["last-modified"][:10]) == date(2026, 11, 20)
