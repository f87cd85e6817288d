# SPDX-License-Identifier: Apache-2.0
"""Every kind of document that ships is made from Northlight in four forms, and stops for each thing that is missing (A-10)."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from html.parser import HTMLParser
from types import SimpleNamespace

import jsonschema
import pypdf
import pytest
import yaml
from tests.integration.command_line import ROOT, run

from ruleout.accountability.reporting.build import build
from ruleout.accountability.reporting.draft import Draft, parse_draft
from ruleout.accountability.reporting.fact import Known
from ruleout.accountability.reporting.kind import Kind, is_written
from ruleout.accountability.reporting.publication import Publication, Row, Statement
from ruleout.accountability.reporting.required import is_owed
from ruleout.accountability.reporting.twin import publication_schema
from ruleout.app.accountability.regimes import read_regimes
from ruleout.app.ledger import read_record
from ruleout.app.publication import reports
from ruleout.app.publication.context import Context
from ruleout.app.publication.kinds import kind_named, kinds_at_hand
from ruleout.app.publication.known import as_of, known_of, previous_of
from ruleout.app.workspace import open_workspace
from ruleout.ledger import EntryType
from ruleout.ledger.audience import Audience, readers_of
from ruleout.reports.publication.forms import every_form

KINDS = tuple(kind.id for kind in kinds_at_hand(None))
#: Northlight's own kinds of what statutes call confidential, and what only authorities or reviewers get.
CONFIDENTIAL = {name for name in KINDS if name.startswith(("internal-use-", "eu-model-report", "audit-pack-"))}
#: When each is made; the rest on the last day of the year that the example tells.
DAYS = {
    "risk-report": "2026-10-20T10:00:00+00:00",
    **{name: "2027-03-25T12:00:00+00:00" for name in KINDS if name.endswith(("-new-york", "-illinois"))},
}
LAST = "2026-11-20T12:00:00+00:00"
LOG = "lumen-3-again/d12b267057de/evidence/330e76fc31d3"
DECISION = "lumen-3-again/northlight-fsf@1.1/deploy-external/1"


@dataclass(frozen=True)
class Asked:
    """A kind with Northlight's draft of it, and what the record says to whoever makes it."""

    kind: Kind
    draft: Draft
    known: Known

    @property
    def audience(self) -> str:
        return next(iter(self.kind.doc.audiences))

    def made(self, **changes: object) -> Publication:
        """The document, which must be there."""
        found = build(self.draft, self.kind, replace(self.known, **changes))
        assert found.problems == (), found.problems
        return found.publication

    def problems(self, edit=None, **changes: object) -> list[str]:
        """What stops the document after an edit of its draft, as `ID expected`."""
        doc = yaml.safe_load(yaml.safe_dump(self.written()))
        if edit is not None:
            edit(doc)
        draft = parse_draft(yaml.safe_dump(doc, allow_unicode=True).encode(), file="draft.yaml")
        found = build(draft, self.kind, replace(self.known, **changes))
        return [f"{one.id} {one.expected}" for one in found.problems]

    def written(self) -> dict[str, object]:
        """The draft as plain values, days as text and answers as words."""
        return self.draft.doc.model_dump(mode="json", by_alias=True, exclude_none=True)


def instant(kind: str) -> datetime:
    """When a kind is made."""
    return datetime.fromisoformat(DAYS.get(kind, LAST))


@pytest.fixture(scope="module")
def lab(northlight):
    return northlight


@pytest.fixture(scope="module")
def every(lab):
    """Everything that is needed to make each kind, once."""
    place = open_workspace(lab)
    record, laws, found = read_record(place), read_regimes(place), {}
    drafts = [parse_draft(path.read_bytes(), file=path.name) for path in sorted((lab / "reports").glob("*.yaml"))]
    for name in KINDS:
        [draft] = [one for one in drafts if one.doc.kind == name]
        kind, _ = kind_named(name, None)
        then = as_of(record, instant(name), report=draft.doc.report)
        previous = previous_of(then, name)
        ask = Context(
            record=then,
            at=instant(name),
            since=None if previous is None else previous.at,
            models=frozenset(draft.doc.models),
            laws=laws,
            report=draft.doc.report,
            kind=name,
            draft=draft.digest,
            audiences=frozenset(Audience(one) for one in kind.doc.audiences),
            framework=draft.doc.framework or "",
        )
        found[name] = Asked(kind=kind, draft=draft, known=known_of(ask, previous, kind.doc.due))
    return found


class Page(HTMLParser):
    """What a page links to, loads, and is linked by."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids, self.loads = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.ids |= {named["id"]} if "id" in named else set()
        self.links += [named["href"]] if "href" in named else []
        self.loads += [named["src"]] if "src" in named else []


def resting(value):
    """Every sentence and row of a document."""
    if isinstance(value, Statement | Row):
        return [value]
    if isinstance(value, tuple):
        return [found for one in value for found in resting(one)]
    names = getattr(type(value), "__dataclass_fields__", {})
    return [found for name in names for found in resting(getattr(value, name))]


def required_fields():
    """Each kind with each field that it must hold by Northlight's answers, whatever its authors say."""
    for kind in kinds_at_hand(None):
        for section, one in kind.doc.sections.items():
            for name, field in one.fields_.items():
                if field.required == "always":
                    yield pytest.param(kind.id, section, name, id=f"{kind.id}-{section}-{name}")


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_made_from_northlight_in_four_forms(every, name):
    """Its twin fits the schema, every sentence and fact names entries with a place in the log, every link resolves offline."""
    asked = every[name]
    made = asked.made()
    forms = every_form(made, asked.audience)
    stem = f"{asked.draft.doc.report}-{asked.audience}"
    assert set(forms) == {f"{stem}.{end}" for end in ("md", "html", "pdf", "json")}

    twin = json.loads(forms[f"{stem}.json"])
    jsonschema.Draft202012Validator(publication_schema()).validate(twin)
    listed = {one["id"] for one in twin["entries"]}
    for one in resting(made):
        assert one.entries or not isinstance(one, Statement)
        assert set(one.entries) <= listed
    assert all(re.fullmatch("[0-9a-f]{64}", one["leaf"]) for one in twin["entries"])

    page = Page(forms[f"{stem}.html"].decode())
    assert page.loads == []
    for link in page.links:
        assert link.removeprefix("#") in page.ids or link in forms, link
    text = forms[f"{stem}.md"].decode()
    for target in re.findall(r"\]\(#([^)]+)\)", text):
        assert f'id="{target}"' in text
    pdf = pypdf.PdfReader(io.BytesIO(forms[f"{stem}.pdf"]))
    assert pdf.metadata.title == asked.draft.doc.title


@pytest.mark.parametrize("name", KINDS)
def test_each_field_cites_law_section_source_and_grade(every, name):
    """In the twin and on the page."""
    asked = every[name]
    made = asked.made()
    page = every_form(made, asked.audience)[f"{asked.draft.doc.report}-{asked.audience}.html"].decode()
    fields = [field for section in made.sections for part in section.parts for field in part.fields]

    assert fields
    for field in fields:
        assert field.section
        assert field.source
        assert field.grade in ("primary", "secondary", "recalled", "inferred")
        assert f"{field.section} ({field.grade})" in page.replace("&#39;", "'")


@pytest.mark.parametrize(("name", "section", "field"), tuple(required_fields()))
def test_each_required_field_that_is_missing_is_named_with_law_and_section(every, name, section, field):
    """Its sentences are taken out, or its source tells nothing that it asks for; the answers are those that make it owed."""
    asked = every[name]
    doc = asked.kind.doc.sections[section].fields_[field]

    def edit(draft):
        draft.setdefault("answers", {})
        if doc.when is not None:
            draft["answers"][doc.when] = "yes"
        if doc.unless is not None:
            draft["answers"][doc.unless] = "no"
        for item in draft.get("items", {}).get(section, {}).values():
            item["statements"].pop(field, None)
        draft.get("statements", {}).get(section, {}).pop(field, None)

    def facts(source):
        told = asked.known.facts(source)
        return tuple(one for one in told if source != doc.from_ or not chosen(one, doc))

    problems = asked.problems(edit, **({} if is_written(doc) else {"facts": facts}))
    named = [one for one in problems if one.startswith(("R105", "R111"))]

    assert any(doc.section in one and asked.kind.doc.law in one for one in named), problems
    if not doc.approved_by:
        assert any(f"'{doc.title}'" in one for one in named), problems


def chosen(fact, doc):
    """Whether a field would tell a fact of its source."""
    return all(fact.values.get(column) == value for column, value in doc.only.items())


@pytest.mark.parametrize("name", KINDS)
def test_a_sentence_that_no_entry_shows_stops_each_kind(every, name):
    """With nothing behind it, or with an entry that the record lacks."""
    asked = every[name]
    section, field = next(
        (section, field)
        for section, one in asked.kind.doc.sections.items()
        for field, doc in one.fields_.items()
        if one.each is None and is_written(doc) and is_owed(doc, asked.draft)
    )

    def said(*entries):
        def edit(draft):
            draft.setdefault("statements", {}).setdefault(section, {})[field] = [
                {"says": "All is well.", "entries": list(entries)}
            ]

        return edit

    assert any(one.startswith("R101") for one in asked.problems(said()))
    assert any(one.startswith("R102") for one in asked.problems(said("no/such/entry")))


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in KINDS
        if name
        not in (
            "redaction-summary",
            "request-aggregate",
            "roadmap-page",
            "audit-pack-illinois",
            "framework-publication",
        )
    ],
)
def test_evidence_that_counts_no_more_stops_each_kind_that_rests_on_it(every, name):
    """The log was withdrawn: neither it nor the decision on it carries a sentence or a fact."""
    stale = {LOG: "withdrawn: a wrong scorer", DECISION: "it rests on a log that was withdrawn"}

    assert any(one.startswith("R106") for one in every[name].problems(stale=stale))


@pytest.mark.parametrize("name", KINDS)
def test_what_is_confidential_has_no_public_audience(every, lab, name):
    """And the command line refuses one."""
    assert ("public" not in every[name].kind.doc.audiences) == (name in CONFIDENTIAL)
    if name in CONFIDENTIAL:
        ran = run("report", name, "--at", DAYS.get(name, LAST), folder=lab)
        assert ran.code == 2
        assert "no audience 'public'" in ran.err


def test_kinds_due_by_a_time_limit_say_what_the_calendar_knows(every):
    """The next summary by its day; one that is late says how late it is."""
    asked = every["internal-use-california"]
    in_time = asked.made().timing
    assert [one.says for one in in_time] == ["By the calendar it is due by 2026-12-16 (BPC 22757.12(d))."]

    late = asked.made(at=datetime.fromisoformat("2026-12-20T12:00:00+00:00")).timing
    assert "4 days before this one" in late[0].says
    assert [kind.id for kind in kinds_at_hand(None) if kind.doc.due is None and kind.doc.cadence is None] == [
        name
        for name in KINDS
        if name in ("redaction-summary", "release-notes", "request-aggregate", "roadmap-page", "system-card")
    ]


def test_illinois_summaries_are_machine_readable_and_can_be_computed_again(every):
    """The twin names the digests of what went into each decision; they are those of the decision's own entry."""
    asked = every["transparency-illinois"]
    made = asked.made()
    [field] = [f for s in made.sections for p in s.parts for f in p.fields if f.id == "machine-readable"]
    subject = asked.known.fields(DECISION)

    assert field.section == "§10(c)(3)"
    [(digest, result)] = [row.cells[-2:] for row in field.table.rows]
    assert digest == subject["input-digest"]
    assert result in {fact.values["sha-256"] for fact in asked.known.facts("data-room")}


def test_a_document_about_several_models_needs_each_required_topic_of_each(every):
    """Languages of one model say nothing of another."""
    problems = every["transparency-california"].problems(lambda draft: draft.update(models=["lumen-3", "lumen-2"]))

    for title in ("Languages", "Output modalities", "Intended uses", "Restrictions and conditions", "Release date"):
        assert any(one.startswith("R105") and f"'{title}' of lumen-2" in one for one in problems), title
    assert not any("of lumen-3" in one for one in problems)


def test_every_kind_has_a_file_of_its_own_name_and_stands_in_the_guide():
    """Nothing ships that the guide does not tell of."""
    page = (ROOT / "docs" / "guide" / "reports.md").read_text(encoding="utf-8")

    assert {path.stem for path in (ROOT / "publications").glob("*.yaml")} == set(KINDS)
    for name in KINDS:
        assert f"`{name}`" in page, name


def test_an_announced_version_is_none_that_was_published(every):
    """What was only announced stands in no list of versions, and its change log comes with what was published."""
    known = every["framework-publication"].known
    log = known.facts("framework-announced")

    assert [one.values["version"] for one in known.facts("framework-versions")] == ["1.0", "1.1", "1.2"]
    assert all("/publish/" in one.entries[0] for one in log)
    assert {one.values["kind"] for one in log} == {"weakened", "added"}
    assert all(one.values["why"] for one in log)


@pytest.mark.parametrize("name", KINDS)
def test_a_document_is_built_for_everybody_who_can_open_it(name):
    """By `report show` or by an export: what one of them may not read is a hole (A-8)."""
    kind, kind_file = kind_named(name, None)
    for audience in kind.doc.audiences:
        asked = reports.Asked(
            kind=kind, kind_file=kind_file, data=b"", file="draft.yaml", at=instant(name), audience=audience
        )
        entry = SimpleNamespace(type=EntryType.REPORT, subject={"audience": audience})
        assert readers_of(entry) <= asked.readers
