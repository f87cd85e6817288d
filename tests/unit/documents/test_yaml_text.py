# SPDX-License-Identifier: Apache-2.0
"""Reading YAML text: values, places, and refusals that do not stop at the first."""

from __future__ import annotations

import pytest
import yaml

from ruleout.documents import yaml_text
from ruleout.documents.characters import name_of
from ruleout.documents.places import MAX_PROBLEMS, Spot, path_text
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import BadInput, Problem

SAMPLE = b"""title: "yes"
gates:
  train:
    - id: a   # comment
      if: {all-of: [x, 'y']}
says: >-
  two
  lines
"""


def refusals(data: bytes) -> tuple[Problem, ...]:
    with pytest.raises(BadInput) as caught:
        read_yaml(data, file="f.yaml")
    return caught.value.problems


def test_values_are_plain() -> None:
    """Mappings, lists and texts come out as dict, list and str."""
    expected = {"title": "yes", "gates": {"train": [{"id": "a", "if": {"all-of": ["x", "y"]}}]}, "says": "two lines"}

    assert expected == read_yaml(SAMPLE, file="f.yaml").value


def test_places_of_keys_and_values_are_known() -> None:
    """Every path has the line and column of its value, and of its key where it has one."""
    spots = read_yaml(SAMPLE, file="f.yaml").spots

    assert spots["gates", "train", 0, "id"] == Spot(value=(4, 11), key=(4, 7))
    assert spots["gates", "train", 0] == Spot(value=(4, 7))
    assert spots["gates", "train", 0, "if", "all-of", 1] == Spot(value=(5, 24))
    assert spots["says",].key == (6, 1)


def test_place_of_what_is_absent_is_that_of_its_parent() -> None:
    """A missing field is shown at the key of the mapping that lacks it, under its own path."""
    place = read_yaml(SAMPLE, file="f.yaml").place(("gates", "train", 0, "if", "not"))

    assert (place.line, place.column, place.path) == (5, 7, "$.gates.train[0].if.not")


def test_place_of_a_key_differs_from_that_of_its_value() -> None:
    """A problem can point at either."""
    document = read_yaml(SAMPLE, file="f.yaml")

    assert document.place(("title",), key=True).column == 1
    assert document.place(("title",)).column == 8


def test_path_is_written_as_people_read_it() -> None:
    """Keys follow dots, indexes stand in brackets."""
    assert path_text(("gates", "train", 0, "if")) == "$.gates.train[0].if"


def test_several_defects_are_told_at_once_in_file_order() -> None:
    """Reading goes on behind a defect that does not make the rest unreadable."""
    found = refusals(b"b: &x 1\na: !t 2\nB: 3\nc: 0x1\nb: 4\nd: *x\n")

    assert [p.id for p in found] == ["Y007", "Y008", "Y018", "Y012", "Y016", "Y007"]
    assert [p.where.line for p in found] == [1, 2, 3, 4, 5, 6]


def test_look_alike_letter_is_named() -> None:
    """The hint says which character was typed."""
    (problem,) = refusals("thresholds:\n  сbrn: 1\n".encode())

    assert problem.id == "Y018"
    assert "U+0441 CYRILLIC SMALL LETTER ES" in problem.hint


def test_invisible_character_has_its_line_and_column() -> None:
    """Lines count as the parser counts them, with any line break."""
    (problem,) = refusals("a: 1\r\nb: 2\n\nc: x\u200by\n".encode())

    assert (problem.where.line, problem.where.column) == (4, 5)
    assert problem.got == "U+200B ZERO WIDTH SPACE"


def test_many_invisible_characters_behind_many_lines_have_their_places() -> None:
    """Each stands where it stands, and the lines before it are not counted anew for each."""
    found = refusals(("\r\n" * 200_000 + "a: x\u200b\u200by\n\nb: \u200b\n" + "\u200b\n" * 60).encode())

    assert [(one.where.line, one.where.column) for one in found[:4]] == [
        (200_001, 5), (200_001, 6), (200_003, 4), (200_004, 1),
    ]  # fmt: skip
    assert len(found) == MAX_PROBLEMS // 4


@pytest.mark.parametrize(
    "character",
    ["\u202e", "\u2066", "\u00ad", "\ufeff", "\x1b", "\x85", "\u2028", "\U000e0041", "\ufe0f", "\x00",
     "\U0001bca0", "\U0001d17a"],
)  # fmt: skip
def test_characters_nobody_sees_are_refused(character: str) -> None:
    """Control, direction-changing and invisible characters are refused wherever they stand."""
    (problem,) = refusals(f"a: x{character}y\n".encode())

    assert problem.id == "Y005"
    assert problem.got == name_of(character)


def test_letters_of_any_script_may_stand_in_texts() -> None:
    """Only what cannot be seen is refused, not what is foreign."""
    value = read_yaml("a: Übergröße, 機密, Ελλάδα — 2×\n".encode(), file="f.yaml").value

    assert value == {"a": "Übergröße, 機密, Ελλάδα — 2×"}


def test_invalid_utf8_has_its_place() -> None:
    """The first bad byte is pointed at."""
    (problem,) = refusals("ä: 1\nbc: ".encode() + b"\xff")

    assert (problem.id, problem.where.line, problem.where.column) == ("Y004", 2, 5)


def test_problems_of_one_file_are_bounded() -> None:
    """A file with thousands of defects shows the first ones and says that there are more."""
    found = refusals(b"a: [" + b"!t 1, " * 5000 + b"]")

    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1].id == "Y020"


@pytest.mark.parametrize("size", [yaml_text.MAX_SCALAR, yaml_text.MAX_SCALAR + 1])
def test_longest_text_is_accepted_and_one_more_refused(size: int) -> None:
    """The limit is the limit."""
    data = b"a: " + b"x" * size

    if size > yaml_text.MAX_SCALAR:
        assert [p.id for p in refusals(data)] == ["Y015"]
    else:
        assert len(read_yaml(data, file="f.yaml").value["a"]) == size


@pytest.mark.parametrize("levels", [yaml_text.MAX_DEPTH, yaml_text.MAX_DEPTH + 1])
def test_deepest_nesting_is_accepted_and_one_more_refused(levels: int) -> None:
    """The limit is the limit, whether or not the brackets close."""
    data = b"[" * levels + b"]" * levels

    if levels > yaml_text.MAX_DEPTH:
        assert [p.id for p in refusals(data)] == ["Y019"]
    else:
        assert isinstance(read_yaml(data, file="f.yaml").value, list)


def test_overlong_text_as_key_does_not_shift_what_follows() -> None:
    """Keys and values stay paired behind a refused key."""
    found = refusals(b"? " + b"x" * 20000 + b"\n: 1\nb: 0x1\n")

    assert [(p.id, p.where.path) for p in found] == [("Y015", "$"), ("Y012", "$.b")]


@pytest.mark.parametrize("escape", ["\\ud800", "\\U0011ffff", "\\Uffffffff", "\\q"])
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_escapes_of_no_character_are_refused(escape: str, loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither parser lets a lone surrogate or a number beyond Unicode through, and neither crashes."""
    monkeypatch.setattr(yaml_text, "_LOADER", loader)

    (problem,) = refusals(f'a: "{escape}"\n'.encode())

    assert problem.id in {"Y001", "Y005"}


@pytest.mark.parametrize(
    "data", [SAMPLE, b"a: [", b"a: &x 1\nb: *x\n", b"? [a]\n: b\n", b"a: 1\n---\nb: 2\n", b"", b"\ta: 1", b"a: 1\na: 2"]
)
def test_both_parsers_say_the_same(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the fast parser the same values and the same ids come out."""

    def outcome() -> object:
        try:
            return read_yaml(data, file="f.yaml").value
        except BadInput as refusal:
            return [p.id for p in refusal.problems]

    fast = outcome()
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)

    assert fast == outcome()
