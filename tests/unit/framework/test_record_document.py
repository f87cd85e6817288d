# SPDX-License-Identifier: Apache-2.0
"""Reading files of published determinations: unknown fields kept, numbers never read from texts, refusals with places."""

from __future__ import annotations

import pytest

from ruleout.documents.yaml_text import MAX_NODES, read_yaml
from ruleout.errors import BadInput, Problem
from ruleout.framework.record_document import parse_record, read_record

ONE = """- id: lab-model-1.0-bio
  developer: Lab
  model: Model (early)
  release_date: '2026-01-05'
  framework: {name: Policy, version: null}
  domain: bio
  new_field: {Model É (old): 0.5, list: [1, two]}
  evaluations:
  - name: Test
    metric: accuracy
    value: 0.50
    n: 12 tasks
    stated_thresholds:
    - {kind: rule_out, crossed_when: <=, value: '0.55', odd: yes, crossed: false}
  determination: {tier_under_test: 'no', precautionary: false}
  sources: [{title: Card, date: 2026-01}]
"""


def plain_lists(value: object) -> object:
    if isinstance(value, list | tuple):
        return [plain_lists(item) for item in value]
    return {k: plain_lists(v) for k, v in value.items()} if isinstance(value, dict) else value


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(BadInput) as caught:
        parse_record(text.encode(), file="r.yaml")
    return caught.value.problems


def test_every_field_survives_a_round_trip():
    """What is read and given back equals the file's own value, unknown fields and odd keys included."""
    doc = read_record(ONE.encode(), file="r.yaml")

    given = read_yaml(ONE.encode(), file="r.yaml", own_keys=False).value
    assert plain_lists(given) == plain_lists(doc.model_dump(exclude_unset=True))


def test_unknown_fields_are_kept_with_their_place():
    """A field the schema does not know stands in the case with where it stood."""
    (case,) = parse_record(ONE.encode(), file="r.yaml")

    assert ["new_field", "evaluations[0].stated_thresholds[0].odd"] == [at for at, _ in case.other]


def test_a_number_in_quotes_stays_a_text():
    """`'0.55'` is never silently a number."""
    (case,) = parse_record(ONE.encode(), file="r.yaml")

    assert case.figures[0].bars[0].value == "0.55"
    assert case.figures[0].bars[0].crossed_when == "<="


@pytest.mark.parametrize(
    ("old", "new", "id_", "line"),
    [
        ("  developer: Lab\n", "", "S001", 1),
        ("value: 0.50", "value: [0.5]", "S003", 11),
        ("value: 0.50", "value: true", "S003", 11),
        ("precautionary: false", "precautionary: 'false'", "S003", 15),
        ("'2026-01-05'", "'2026-02-31'", "S010", 4),
        ("domain: bio", "domain: 5", "S004", 6),
        ("domain: bio", "domain: *x", "Y007", 6),
        ("domain: bio", "domain: !!python/name:os.system x", "Y008", 6),
        ("domain: bio", "domain: bio\n  domain: bio", "Y016", 7),
        ("domain: bio", f"{'k' * 201}: 1", "Y018", 6),
    ],
)
def test_a_defect_is_refused_with_its_place(old, new, id_, line):
    """Missing fields, wrong kinds, impossible dates, aliases and tags are told with the line they stand on."""
    found = [(p.id, p.where.line) for p in problems_of(ONE.replace(old, new))]

    assert (id_, line) in found


def test_an_id_used_twice_is_refused():
    """Two cases under one name could not be told apart in the answer."""
    (problem,) = problems_of(ONE + ONE)

    assert problem.id == "S006"
    assert "first on line 1" in problem.got


@pytest.mark.parametrize(
    "text",
    ["", "{}", "cases: []", "- " * 3000, "[" * 5000, "- [" + "1," * (MAX_NODES + 5) + "]", "- id: \u202e", "\x00"],
)
def test_a_hostile_file_is_refused(text):
    """Nesting, floods of values and hidden characters end in problems, not in a crash."""
    assert problems_of(text)


def test_an_empty_list_is_a_record_without_cases():
    """No cases is not a defect."""
    assert parse_record(b"[]", file="r.yaml") == ()
