# SPDX-License-Identifier: Apache-2.0
"""Named kinds of tampering with public copies: both verifiers name each, and honest copies raise no alarm (L-4, L-10)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.disclosure_builders import Written, began
from tests.integration.command_line import ROOT
from tests.integration.test_log_one_file_verifier import SINGLE
from tests.property.test_disclosure import OBJECTS
from tests.tampering import COPIES, KINDS, NO_BUNDLE, VALUES, Kind, value_of

from ruleout.errors import VerificationFailed
from ruleout.ledger import redaction as redaction_module
from ruleout.ledger.audience import Audience
from ruleout.ledger.bundle import Bundle, parse_bundle, to_bytes
from ruleout.ledger.entry import EntryType
from ruleout.ledger.verify import verify_bundle
from ruleout.model.canonical import canonical
from ruleout.reports.verification_text import verdict_value

DAY = date(2027, 3, 1)
TABLE = ROOT / "docs" / "reference" / "tampering.md"


def failed_by_library(data: bytes, *, strict: bool = True) -> tuple[Any, Any]:
    """The steps that fail, and the verdicts on each digest."""
    try:
        bundle = parse_bundle(data)
    except VerificationFailed:
        return {NO_BUNDLE}, []
    report = verify_bundle(bundle, strict=strict)
    found = {check.name for check in report.checks if check.status.value == "failed"}
    return found, [verdict_value(one, DAY) for one in report.digests]


def failed_by_tool(data: bytes, *, strict: bool = True) -> tuple[Any, Any]:
    """The same, by the program that shares no code."""
    try:
        bundle = SINGLE.parse_bundle(data)
    except SINGLE.BadInput:
        return {NO_BUNDLE}, []
    report = SINGLE.verify(bundle, strict=strict, at=DAY.isoformat())
    return {check["name"] for check in report["checks"] if check["status"] == "failed"}, report["digests"]


def both(data: bytes, *, strict: bool = True) -> tuple[set[str], list[Mapping[str, Any]]]:
    """What both say; they say the same."""
    library, tool = failed_by_library(data, strict=strict), failed_by_tool(data, strict=strict)
    assert library == tool
    return library


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_of_tampering_is_named_by_both_verifiers(kind: Kind) -> None:
    """The step that the table names fails, in both programs, and a strict verifier ends at no level."""
    value = value_of(kind)
    data = value if type(value) is bytes else canonical(value)
    assert data != to_bytes(COPIES[kind.of])

    assert kind.step in both(data)[0]


@pytest.mark.parametrize("name", COPIES)
def test_the_copies_before_tampering_raise_no_alarm(name: str) -> None:
    """Otherwise the suite would show nothing."""
    failed, verdicts = both(canonical(VALUES[name]))

    assert failed == set()
    assert Counter(one["verdict"] for one in verdicts)["withheld"] == 0


def test_there_are_many_kinds_and_no_two_are_one() -> None:
    """Names and what they make differ."""
    made = [value_of(kind) for kind in KINDS]
    data = [one if type(one) is bytes else canonical(one) for one in made]

    assert len(KINDS) >= 50
    assert len({kind.name for kind in KINDS}) == len(set(data)) == len(KINDS)


def test_the_page_lists_every_kind() -> None:
    """docs/reference/tampering.md is the table of `tests/tampering.py`."""
    rows = [f"| {kind.name} | {kind.step} | {kind.clause} |" for kind in KINDS]
    shown = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]

    assert shown[1:] == rows


def test_both_hold_the_same_lists() -> None:
    """Classes, grounds, audiences, and kinds of which nothing is hidden."""
    assert tuple(one.value for one in redaction_module.RedactionClass) == SINGLE.CLASSES
    assert tuple(one.value for one in redaction_module.ErasureGround) == SINGLE.GROUNDS
    assert tuple(one.value for one in Audience) == SINGLE.AUDIENCES
    assert {kind.value for kind in redaction_module.NEVER_HIDDEN} == set(SINGLE.NEVER_HIDDEN)


@pytest.mark.parametrize(
    "lacks",
    [
        {"class": "embarrassing"},
        {"audiences": ()},
        {"audiences": ("public", "friends")},
        {"audiences": ("staff",)},
        {"material": "no"},
        {"review_by": "soon"},
        {"review_by": "2027-02-30"},
        {"entry": "report/2"},
        {"entry": "key/ceo"},
        {"digests": ()},
        {"digests": ("x",)},
        {"act": "hide"},
    ],
    ids=str,
)
def test_a_redaction_that_lacks_something_explains_nothing(lacks: dict[str, Any]) -> None:
    """Signed by its author and in the log, it still leaves what it names without a reason, for both verifiers."""
    log = began()
    log.add(EntryType.REPORT, "report/1", SUBJECTS[EntryType.REPORT], said={"text": "a secret"})
    log.redact("redaction/1", "report/1", log.made["report/1"].digests, **lacks)
    whole = log.copy("public")
    hidden = replace(whole, disclosures=())
    _, verdicts = both(to_bytes(hidden), strict=False)

    assert {"withheld"} == {one["verdict"] for one in verdicts if one["kind"] == "disclosure"}
    assert {"disclosures"} == both(to_bytes(hidden))[0]
    assert whole.disclosures, "what is not hidden is shown"


def test_words_that_nobody_can_read_explain_nothing() -> None:
    """A justification that is blank, too long or no text is none; so is one of a redaction that was lifted."""
    for data in (b" ", b"x" * 2001, b"\xff"):
        log = began()
        log.add(EntryType.REPORT, "report/1", SUBJECTS[EntryType.REPORT], said={"text": "a secret"})
        log.add(
            EntryType.REDACTION,
            "redaction/1",
            {
                "act": "redact",
                "entry": "report/1",
                "digests": log.made["report/1"].digests,
                "class": "ip",
                "audiences": ("public",),
                "authority": "ceo",
                "material": False,
                "review_by": "2027-06-30",
            },
            refs=[log.keep("justification", data)],
        )
        assert {"disclosures"} == both(to_bytes(replace(log.copy("public"), disclosures=())))[0]


def test_who_does_not_hold_the_role_redacts_nothing() -> None:
    """The authority that an entry claims must be a role of a signer, as for approvals."""
    log = began()
    log.add(EntryType.REPORT, "report/1", SUBJECTS[EntryType.REPORT], said={"text": "a secret"})
    log.redact("redaction/1", "report/1", log.made["report/1"].digests, authority="rso")

    assert {"authors"} == both(to_bytes(log.copy("public")))[0]


def test_an_older_bundle_without_disclosures_still_verifies() -> None:
    """Format 1, with entries that disclose nothing: read, written and verified as it was."""
    log = began()
    value = {
        name: item for name, item in _raw(log.copy(None)).items() if name not in ("disclosures", "audience", "policy")
    }
    data = canonical({**value, "format": "ruleout-bundle/1"})

    assert to_bytes(parse_bundle(data)) == data
    assert both(data)[0] == set()


KINDS_OF_ENTRY = (EntryType.REPORT, EntryType.REVIEW, EntryType.GOAL, EntryType.INCIDENT, EntryType.CONCERN)
SUBJECTS: dict[EntryType, dict[str, Any]] = {
    EntryType.REPORT: {"report": "r", "kind": "k", "act": "a"},
    EntryType.REVIEW: {"review": "v", "act": "a"},
    EntryType.GOAL: {"roadmap": "m", "goal": "g", "act": "set"},
    EntryType.INCIDENT: {"incident": "i", "act": "open"},
    EntryType.CONCERN: {"concern": "1", "act": "receive"},
}


@st.composite
def logs(draw: st.DrawFn) -> Written:
    """A log of entries that disclose anything, with any of it redacted from anybody, lifted again, or erased."""
    log = began()
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(KINDS_OF_ENTRY))
        refs = [log.keep("file", b"x")] if kind is EntryType.GOAL else []
        log.add(kind, f"e/{number}", SUBJECTS[kind], said=draw(OBJECTS), refs=refs)
    for number in range(draw(st.integers(0, 4))):
        entry = draw(st.sampled_from(sorted(log.made)))
        path = draw(st.sampled_from(sorted(log.made[entry].paths.values())))
        match draw(st.sampled_from(["redact", "redact", "lift", "erase"])):
            case "erase":
                log.erase(f"x/{number}", entry, path)
            case act:
                audiences = draw(st.sets(st.sampled_from([one.value for one in Audience]), min_size=1))
                log.redact_path(f"x/{number}", entry, path, *audiences)
                if act == "lift":
                    lifts = {"act": "lift", "lifts": f"x/{number}", "authority": "ceo"}
                    log.add(EntryType.REDACTION, f"l/{number}", lifts, refs=[log.keep("justification", b"fixed")])
    return log


@settings(max_examples=120)
@given(log=logs(), audience=st.sampled_from([None, *(one.value for one in Audience)]))
def test_honest_copies_raise_no_false_alarm(log: Written, audience: str | None) -> None:
    """Whatever is hidden or gone, no step fails; only what a kind keeps from an audience without a redaction is unexplained."""
    copy = log.copy(audience)
    failed, verdicts = both(to_bytes(copy), strict=False)
    bare = {one["entry"] for one in verdicts if one["verdict"] == "withheld"}

    assert failed == set()
    in_confidence = (EntryType.INCIDENT, EntryType.CONCERN, EntryType.REVIEW)
    kept_back = {e.content.id for e in log.parsed() if e.content.type in in_confidence}
    assert bare <= (kept_back if audience in ("public", "reviewer") else set())
    assert both(to_bytes(copy))[0] == ({"disclosures"} if bare else set())


@settings(max_examples=60)
@given(log=logs(), audience=st.sampled_from([one.value for one in Audience]))
def test_what_is_hidden_stands_in_no_byte_of_a_copy(log: Written, audience: str) -> None:
    """No text of a hole, of what is below one, or of a decoy beside one is in the bundle."""
    copy = log.copy(audience)
    _, verdicts = both(to_bytes(copy), strict=False)
    open_ = {one["digest"] for one in verdicts if one["verdict"] in ("disclosed", "decoy")}
    every = {digest: text for made in log.made.values() for digest, text in {**made.disclosures, **made.decoys}.items()}

    assert set(copy.disclosures) == {every[digest] for digest in open_ if digest in every}


def _raw(bundle: Bundle) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(to_bytes(bundle))
    return found
