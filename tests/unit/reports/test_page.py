# SPDX-License-Identifier: Apache-2.0
"""Lines of text: wrapped beside their label, and harmless whoever wrote the words."""

import pytest

from ruleout.reports.page import LABEL_WIDTH, Line, as_text, bullets, labelled, title, visible


@pytest.mark.parametrize("width", [46, 60, 80, 110])
def test_wrapped_text_keeps_every_word_within_its_width(width):
    """Nothing is cut, and nothing passes the edge."""
    text = "cannot rule out → treated as reached (precaution) " * 6
    lines = labelled("cbrn-3", text, width=width)

    assert " ".join(line.text[LABEL_WIDTH:] for line in lines).split() == text.split()
    assert max(len(line.text) for line in lines) <= width
    assert lines[0].text.startswith("cbrn-3 ")
    assert all(line.text.startswith(" " * LABEL_WIDTH) for line in lines[1:])


def test_a_word_longer_than_its_column_is_not_broken():
    """A digest or a key must be copied whole."""
    assert "a" * 90 in as_text(labelled("Keys", f"x {'a' * 90} y", width=80))


def test_a_long_label_gets_its_own_line():
    """So that text always begins in its column."""
    lines = labelled("misaligned-high-stakes", "ruled out", width=80)

    assert [line.text for line in lines] == ["misaligned-high-stakes", " " * LABEL_WIDTH + "ruled out"]


@pytest.mark.parametrize(("left", "lines"), [("Opus", 1), ("Opus " * 30, 3)])
def test_a_verdict_stands_at_the_right_margin(left, lines):
    """Beside its heading, or below one that is too long."""
    shown = title(left.strip(), "HOLD", width=80, tone="bad")

    assert len(shown) == lines
    assert shown[-1].text.endswith("HOLD")
    assert {len(shown[-1].text)} == {80}
    assert {line.tone for line in shown} == {"bad"}


def test_bullets_name_their_block_once_and_nothing_for_none():
    """The label stands on the first line alone."""
    assert [line.text for line in bullets("Blockers", ["- a", "- b"], width=80)] == [
        "Blockers       - a",
        " " * 15 + "- b",
    ]
    assert bullets("Blockers", [], width=80) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain — text → 1 %", "plain — text → 1 %"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("a\nruleout: all is well", "a\\nruleout: all is well"),
        ("\u202eevil", "\\u202eevil"),
        ("\udcff", "\\udcff"),
        ("\x9b31m", "\\x9b31m"),
    ],
)
def test_what_does_not_print_is_written_out(text, shown):
    """A name can neither move the cursor, nor turn the direction, nor forge a line of ours."""
    assert visible(text) == shown
    assert as_text([Line(text)]) == f"{shown}\n"
