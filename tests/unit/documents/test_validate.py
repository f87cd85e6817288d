# SPDX-License-Identifier: Apache-2.0
"""Shape problems: one readable line each, at the right place, with the next step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ruleout.documents.field_names import closest, fields_at
from ruleout.documents.validate import shown, validate
from ruleout.documents.wording import word_of
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import BadInput
from ruleout.framework.case_document import CaseDoc
from ruleout.framework.framework_document import FrameworkDoc


def lines(text: str, shape: type = FrameworkDoc, *, without: str = "S001") -> list[str]:
    with pytest.raises(BadInput) as caught:
        validate(shape, read_yaml(text.encode(), file="f.yaml"))
    return [str(p) for p in caught.value.problems if p.id != without]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: 2.2", 'f.yaml:1:10: S004 at $.version: expected a text, got 2.2. Hint: Quote it: "2.2".'),
        ("title: true", 'f.yaml:1:8: S004 at $.title: expected a text, got true. Hint: Quote it if it is a text: "true".'),
        ("titel: x", "f.yaml:1:1: S002 at $.titel: expected a field that belongs here, got 'titel'. Hint: Did you mean `title`?"),
        (
            "document: {pages: 1, zzz: 2}",
            (
                "f.yaml:1:22: S002 at $.document.zzz: expected one of the fields sha256, url, pages, published, got 'zzz'. "
                "Hint: Delete it, or put it where it belongs."
            ),
        ),
        (
            "force: bindin",
            (
                "f.yaml:1:8: S005 at $.force: expected one of law, binding, plan, public-goal, recommendation, got 'bindin'. "
                "Hint: Did you mean binding?"
            ),
        ),
        (
            "framework: аnthropic",
            (
                "f.yaml:1:12: S006 at $.framework: expected an id: lower-case ASCII words joined by hyphens, got 'аnthropic'. "
                "Hint: Type it anew: it holds U+0430 CYRILLIC SMALL LETTER A."
            ),
        ),
        (
            "red-lines:\n  a: {prohibits: {al-of: [x]}}",
            (
                "f.yaml:2:18: S012 at $.red-lines.a.prohibits: expected a name, or a mapping with one of all-of, any-of, at-least, not, "
                "interim, approved, notified-before, got a mapping of 1 field. Hint: Write one of these shapes."
            ),
        ),
    ],
)  # fmt: skip
def test_problem_reads_as_one_line(text: str, line: str) -> None:
    """Where, what was expected, what was found, what to do."""
    assert line in lines(text)


def test_missing_field_is_shown_at_its_parent() -> None:
    """The place is the key of what lacks it; the path is the field's own."""
    expected = (
        "f.yaml:2:3: S001 at $.questions.q.section: expected the field 'section', got nothing. Hint: Add `section:`."
    )

    assert expected in lines("questions:\n  q: {says: x}\n", without="")


def test_refused_entries_do_not_also_make_the_list_too_short() -> None:
    """One defect gives one problem."""
    found = lines("gates:\n  train:\n    - 7\n")

    assert [line.split()[1] for line in found] == ["S003"]


def test_nesting_of_formulas_leaves_no_trace_in_the_path() -> None:
    """The path leads through the file, not through the shapes."""
    text = "red-lines:\n  a: {prohibits: {not: {at-least: {count: 2, of: [x, {not: 7}]}}}}"

    (line,) = lines(text)
    assert "S012 at $.red-lines.a.prohibits.not.at-least.of[1].not:" in line


def test_unknown_field_is_found_in_every_shape() -> None:
    """The known fields are those of the shape at hand: through lists, mappings, formulas, cadences."""
    assert "count" in fields_at(FrameworkDoc, ("gates", "train", 0, "if", "<at-least>", "at-least"))
    assert "to" in fields_at(FrameworkDoc, ("duties", "d", "every", "<range>"))
    assert "prong" in fields_at(CaseDoc, ("determinations", "t", "<list>", 0))
    assert "treat-as" in fields_at(FrameworkDoc, ("thresholds", "t", "when-unknown"))
    assert fields_at(FrameworkDoc, ("title",)) == ()
    assert fields_at(FrameworkDoc, ("no-such", "thing")) == ()
    assert fields_at(FrameworkDoc, ("gates", "train", 0, "if", "<no-such>", "x")) == ()


def test_closest_name_is_near_or_none() -> None:
    """A far name is not offered."""
    assert closest("cbrn-4", ["cbrn-3", "cyber"]) == "cbrn-3"
    assert closest("zebra", ["cbrn-3", "cyber"]) is None


def test_long_values_are_cut() -> None:
    """A problem never prints a whole text."""
    assert len(shown("x" * 5000)) == 60
    assert shown([1, 2]) == "a list of 2"


def test_unforeseen_kind_of_error_is_still_a_problem() -> None:
    """A new kind of shape error has general words rather than none."""
    assert word_of("brand_new_kind", 1, {}).id == "S003"


@pytest.mark.parametrize("shape", [FrameworkDoc, CaseDoc])
def test_no_scalar_is_converted_from_another(shape: type) -> None:
    """No integer, number or flag of our shapes is read from a text: each is strict or has its own reader."""
    shape.model_rebuild()
    lax = [node for node in _nodes(shape.__pydantic_core_schema__) if _is_lax(node)]

    assert lax == []


def test_the_search_for_lax_scalars_finds_one() -> None:
    """The guard above can fail."""
    assert [n for n in _nodes({"schema": {"type": "int", "ge": 1}}) if _is_lax(n)] != []


def _is_lax(node: dict[str, Any]) -> bool:
    return node.get("type") in {"int", "bool", "float"} and not node.get("strict", False)


def _nodes(value: Any, *, inside_reader: bool = False) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        inside_reader = inside_reader or value.get("type") in {"function-before", "dataclass"}
        if not inside_reader:
            yield value
        for item in value.values():
            yield from _nodes(item, inside_reader=inside_reader)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _nodes(item, inside_reader=inside_reader)
