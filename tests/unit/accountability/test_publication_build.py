# SPDX-License-Identifier: Apache-2.0
"""No sentence without an entry, no figure of its own, nothing left out, everything missing at once (A-7, A-10)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pytest
from tests.publication_builders import AT, FACT, built, known, published

from ruleout.accountability.reporting.fact import Previous
from ruleout.accountability.reporting.publication import Hole, Row, Statement
from ruleout.accountability.reporting.twin import publication_from, publication_schema, twin_of
from ruleout.errors import VerificationFailed
from ruleout.ledger.disclosure import reveal, seal
from ruleout.model.plain import plain

SAYS = "It was decided to {{1.outcome = hold}}."


def ids(made):
    """The problems as `ID path`."""
    return [f"{one.id} {one.where.path}" for one in made.problems]


def statements(value):
    """Every sentence and row of a document."""
    if isinstance(value, Statement | Row):
        return [value]
    if isinstance(value, tuple):
        return [found for one in value for found in statements(one)]
    names = getattr(type(value), "__dataclass_fields__", {})
    return [found for name in names for found in statements(getattr(value, name))]


def test_a_sound_draft_is_published_with_an_entry_behind_every_sentence_and_fact():
    """Quotations are filled in from the record."""
    made = published()
    found = statements(made)

    assert "It was decided to hold." in [one.says for one in found if isinstance(one, Statement)]
    assert len(found) == 3
    assert all(one.entries for one in found)
    assert [one.id for one in made.entries] == ["case/1"]


@pytest.mark.parametrize(
    ("new", "entries", "wanted"),
    [
        ("Security improved.", "[]", "R101 $.statements.overall.words[0]"),
        ("It was so.", "[case/9]", "R102 $.statements.overall.words[0].entries[0]"),
        ("The share was 4 percent.", "[case/1]", "R103 $.statements.overall.words[0].says"),
        ("A share of ½ was left.", "[case/1]", "R103 $.statements.overall.words[0].says"),
        ("All twelve were solved.", "[case/1]", "R103 $.statements.overall.words[0].says"),
        ("It is like model-2.", "[case/1]", "R103 $.statements.overall.words[0].says"),
        ("It was {{1.outcome = proceed}}.", "[case/1]", "R104 $.statements.overall.words[0].says"),
        ("It was {{1.outcom}}.", "[case/1]", "R104 $.statements.overall.words[0].says"),
        ("It was {{2.outcome}}.", "[case/1]", "R104 $.statements.overall.words[0].says"),
        ("It was {{outcome}}.", "[case/1, case/2]", "R104 $.statements.overall.words[0].says"),
        ("It was {{1.outcome.", "[case/1]", "R104 $.statements.overall.words[0].says"),
        ("It was held. Then it was released.", "[case/1]", "R108 $.statements.overall.words[0].says"),
    ],
)
def test_a_sentence_that_the_record_does_not_carry_stops_the_build(new, entries, wanted):
    """By its place in the draft, and nothing is made."""
    made = built((f"{SAYS}\n        entries: [case/1]", f'"{new}"\n        entries: {entries}'))

    assert made.publication is None
    assert wanted in ids(made)
    assert made.problems[0].where.line > 1


@pytest.mark.parametrize("says", ["It was {{outcome}}.", "Of model-1, {{1.line-1.upper}} is the most.", "One of them."])
def test_quotations_and_names_of_the_record_are_no_figures(says):
    """A model's name may hold a digit, and what is quoted may be any figure."""
    assert (
        "{{"
        not in twin_of(published((SAYS, f'"{says}"')))["sections"][1]["parts"][0]["fields"][0]["statements"][0]["says"]
    )


def test_an_entry_that_counts_no_more_stops_sentences_and_facts_that_must_stand():
    """Withdrawn evidence under a sentence, and a decision that rests on it."""
    made = built(record=known(stale={"case/1": "withdrawn on 2026-05-02: a wrong scorer"}))

    assert made.publication is None
    assert {one.split()[0] for one in ids(made)} == {"R106"}
    assert "R106 $.report" in ids(made)
    assert "withdrawn" in made.problems[0].got


def test_everything_missing_is_told_at_once():
    """Fields, answers, entries and dates, each with the text that asks for it and its section."""
    made = built(
        ("answers: {asked: yes}\n", ""),
        ("        entries: [case/1]\n", ""),
        ("words: [{says: A sentence., entries: [case/1]}]", "words: []"),
        ("covers: 2026-05-01", "covers: 2026-03-01"),
    )
    told = {one.id: one.expected for one in made.problems}

    assert set(told) == {"R101", "R105", "R107"}
    assert any("A text that asks for it" in one.expected and "(4)" in one.expected for one in made.problems)
    assert any("an answer to 'asked'" in one.expected for one in made.problems)


def test_nothing_of_the_record_can_be_left_out():
    """A fact in no item, a model that is deployed and not covered, an answer that the record denies."""
    other = replace(FACT, entries=("case/2",), about=("line-2", "model-2"))
    made = built(("answers: {asked: yes}", "answers: {asked: no}"), record=known(facts=(FACT, other)))

    assert "R110 $.items.parts" in ids(made)
    assert "R110 $.models" in ids(made)
    assert "R110 $.answers.asked" in ids(made)


def test_what_the_record_fills_is_not_written_and_what_is_not_owed_is_not_there():
    """An author can neither word a fact of the record nor answer a question and say the contrary."""
    written = built(("statements: {words: [", "statements: {facts: [{says: None., entries: [case/1]}], words: ["))
    assert "R109 $.items.parts.one.statements.facts" in ids(written)

    not_owed = built(("answers: {asked: yes}", "answers: {asked: no}"), record=known(facts=()))
    assert "R109 $.items.parts.one.statements.words" in ids(not_owed)


def test_words_rest_on_the_kinds_of_entries_that_their_field_names():
    """An approval shows no capability."""
    made = built(("A sentence., entries: [case/1]", "A sentence., entries: [approval/1]"))

    assert ids(made) == ["R102 $.items.parts.one.statements.words[0].entries"]


@pytest.mark.parametrize(
    ("last", "trigger", "wanted", "said"),
    [
        (datetime(2026, 2, 9, tzinfo=UTC), "", [], "in time"),
        (datetime(2026, 2, 11, tzinfo=UTC), "", ["R107 $.report"], ""),
        (datetime(2026, 2, 11, tzinfo=UTC), "trigger: sudden\n", [], "in time"),
        (datetime(2025, 11, 9, tzinfo=UTC), "", [], "1 days after 2026-05-09"),
        (datetime(2026, 2, 9, tzinfo=UTC), "trigger: whim\n", ["R109 $.trigger"], ""),
    ],
)
def test_the_cadence_counts_from_the_last_document(last, trigger, wanted, said):
    """Too early needs a trigger; too late is said and not stopped."""
    record = known(previous=Previous(entry="report/last/1", at=last))
    made = built(("models: [model-1]\n", f"models: [model-1]\n{trigger}"), record=record)

    assert ids(made) == wanted
    if made.publication is not None:
        assert said in made.publication.timing[0].says


@pytest.mark.parametrize(
    ("covers", "wanted"), [("2026-04-10", []), ("2026-04-09", ["R107 $.covers"]), ("2026-05-11", ["R107 $.covers"])]
)
def test_coverage_is_thirty_days_old_at_most_and_not_to_come(covers, wanted):
    """Thirty days are in time, thirty-one are not."""
    assert ids(built(("covers: 2026-05-01", f"covers: {covers}"))) == wanted


def test_an_approval_is_asked_for_by_role():
    """Another role's approval is none."""
    asks = ("required: optional, must-stand: true", "approved-by: [board], must-stand: true")
    by = {role: known(facts=(replace(FACT, values={"role": role}),)) for role in ("board", "ceo")}

    assert ids(built(kind=(asks,), record=by["ceo"])) == ["R111 $.items.parts.one.statements.facts"]
    assert built(kind=(asks,), record=by["board"]).publication is not None


def test_the_twin_fits_its_schema_and_comes_back_from_disclosures_with_holes():
    """Whole it is the same value; with a sentence hidden, there is a hole with what is said of it."""
    made = published()
    jsonschema.Draft202012Validator(publication_schema()).validate(twin_of(made))
    salts = iter(range(100_000))
    sealed = seal(twin_of(made), salt=lambda: f"{next(salts):022}")
    every = {**sealed.disclosures, **sealed.decoys}
    assert made == publication_from(reveal(sealed.digests, every), lambda digest: Hole(digest=digest))

    place = "sections.1.parts.0.fields.0.statements.0.says"
    (digest,) = (one for one, path in sealed.paths.items() if path == place)
    told = Hole(digest=digest, redaction_class="public-safety", justification="It would help to do it.")
    without = {key: text for key, text in every.items() if key != digest}
    copy = publication_from(reveal(sealed.digests, without), lambda one: {digest: told}.get(one, Hole(digest=one)))

    assert copy.sections[1].parts[0].fields[0].statements[0].says == told
    jsonschema.Draft202012Validator(publication_schema()).validate(twin_of(copy))


HELD = Hole(digest="e" * 43)


def hidden_from_the_start():
    """A document whose fact has a column that its readers may not see, sealed with salts."""
    made = published(
        record=known(facts=(replace(FACT, values={**FACT.values, "outcome": ""}, hidden={"outcome": HELD}),))
    )
    salts = iter(range(100_000))
    return made, seal(twin_of(made), salt=lambda: f"{next(salts):022}")


def cells(made):
    """Those of the one row of facts."""
    (table,) = [f.table for s in made.sections for p in s.parts for f in p.fields if f.table]
    return table.rows[0].cells


def test_a_hidden_column_of_a_fact_is_a_hole_that_comes_back_from_disclosures():
    """As it was, and with the reason as soon as there is one."""
    made, sealed = hidden_from_the_start()
    every = {**sealed.disclosures, **sealed.decoys}
    told = replace(HELD, standing="redacted", redaction_class="cybersecurity", justification="It tells a way in.")

    assert cells(made) == ("model-1", HELD)
    jsonschema.Draft202012Validator(publication_schema()).validate(twin_of(made))
    assert made == publication_from(reveal(sealed.digests, every), lambda digest: Hole(digest=digest))
    later = publication_from(reveal(sealed.digests, every), lambda one: {HELD.digest: told}.get(one, Hole(digest=one)))
    assert cells(later) == ("model-1", told)
    assert made == publication_from(reveal(sealed.digests, dict(sealed.disclosures)), lambda one: Hole(digest=one))


def test_a_hole_of_which_a_part_is_hidden_is_a_hole():
    """Its digest is that of what is hidden; a hole that is none is no document."""
    made, sealed = hidden_from_the_start()
    every = {**sealed.disclosures, **sealed.decoys}
    (digest,) = (one for one, path in sealed.paths.items() if path.endswith(".cells.1.justification"))
    tree = reveal(sealed.digests, {key: text for key, text in every.items() if key != digest})

    assert cells(publication_from(tree, lambda one: Hole(digest=one))) == ("model-1", Hole(digest=digest))
    salts = iter(range(100_000))
    for spoilt in ({**plain(HELD), "more": "x"}, {"digest": "e" * 43}, {"digest": 3}):
        wrong = seal({**twin_of(made), "title": spoilt}, salt=lambda: f"{next(salts):022}")
        with pytest.raises(VerificationFailed, match="title"):
            publication_from(reveal(wrong.digests, {**wrong.disclosures, **wrong.decoys}), lambda one: Hole(digest=one))


def test_a_hidden_column_told_as_a_paragraph_is_a_hole():
    """A kind that tells the column in words tells none of them."""
    fact = replace(FACT, values={**FACT.values, "outcome": ""}, hidden={"outcome": HELD})
    made = published(
        record=known(facts=(fact,)),
        kind=(("required: optional, must-stand: true", "required: optional, told: outcome, must-stand: true"),),
    )

    assert HELD in [one.says for s in made.sections for p in s.parts for f in p.fields for one in f.statements]


def test_a_row_whose_hidden_column_chooses_it_is_left_out_of_no_document():
    """A field that tells chosen facts tells also those of which its readers may not know whether they are chosen."""
    hidden = replace(FACT, values={**FACT.values, "outcome": ""}, hidden={"outcome": HELD, "model": HELD})
    only = ("required: optional, must-stand: true", "required: optional, only: {outcome: hold}, must-stand: true")

    assert cells(published(kind=(only,))) == ("model-1",)
    assert cells(published(record=known(facts=(hidden,)), kind=(only,))) == (HELD,)


def test_the_same_draft_and_record_give_the_same_value():
    """Whatever the order in which entries were named."""
    assert twin_of(published()) == twin_of(published())
    assert published().published == AT.date().isoformat()
