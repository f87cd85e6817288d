# SPDX-License-Identifier: Apache-2.0
"""CSV: our own table of scores, read strictly (E-1, E-5)."""

from __future__ import annotations

import pytest
from tests.unit.evidence import other_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence.csv_text import rows
from ruleout.evidence.readers import group_files
from ruleout.model.evidence import SampleState


def refusal(text: str | bytes) -> UnreadableLog:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(UnreadableLog) as caught:
        logs.read({"t.csv": data})
    return caught.value


def test_two_columns_are_enough_and_what_they_leave_open_is_said():
    """Samples and scores; no date, no model, no evaluation."""
    m = logs.read_one(logs.csv("id,success\na,true\nb,false\n"))

    assert [(a.sample, a.scores) for a in m.attempts] == [("a", (("success", True),)), ("b", (("success", False),))]
    assert (m.task, m.model, m.evaluated, m.problems) == ("", "", None, ())
    assert "the table does not name: evaluation, model" in m.notes


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("C", "C"),
        ("I", "I"),
        ("P", "P"),
        ("N", "N"),
        ("true", True),
        ("false", False),
        ("1", 1),
        ("0", 0),
        ("-3", -3),
        ("0.70", 0.7),
    ],
)
def test_scores_are_letters_truth_values_and_plain_numbers(cell: str, value: object):
    """Each keeps its type."""
    ((_, found),) = logs.read_one(logs.csv(f"sample,score\na,{cell}\n")).attempts[0].scores

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "cell",
    [
        "1e3",
        "+1",
        "01",
        "1.",
        ".5",
        "0x1",
        "1_000",
        "NaN",
        "inf",
        "c",
        "TRUE",
        " 1",
        "١",
        "=1+1",
        "1" * 16,
        "0.1234567890123456",
    ],
)
def test_other_notations_of_numbers_are_refused(cell: str):
    """Nobody has to know which of them a reader takes, and no digit is lost."""
    assert (
        "row 2: expected C, I, P, N, true, false or a plain number as score"
        in refusal(f"sample,score\na,{cell}\n").detail
    )


def test_every_defect_is_told_with_its_row():
    """The first five, and how many there are."""
    error = refusal("sample,score,epoch,state,evaluated\n,C,,,\na,x,0,gone,2026\nb\nc,,1,scored,\nd,C,1,missing,\n")

    assert error.reason == "wrong-shape"
    assert error.detail.startswith("8 defect(s): row 2: expected a sample, got an empty cell; row 3: expected C, I")
    assert error.detail.endswith("; and 3 more")


def test_rows_of_two_models_and_evaluations_are_measurements_apart():
    """Each with its own earliest date."""
    found = logs.read(
        logs.csv(
            "sample,score,model,evaluation,evaluated\na,C,x,e,2026-01-02T00:00:00Z\na,I,y,e,\nb,I,x,e,2026-01-01T01:00:00+01:00\n"
        )
    )

    assert [(m.model, m.task, len(m.attempts), str(m.evaluated)) for m in found] == [
        ("x", "e", 2, "2026-01-01 00:00:00+00:00"),
        ("y", "e", 1, "None"),
    ]


def test_task_is_the_sample_where_no_other_column_is_and_the_evaluation_beside_one():
    """A table has one word for what it asks."""
    alone, beside = logs.read_one(logs.csv("task,score\na,C\n")), logs.read_one(logs.csv("sample,task,score\na,e,C\n"))

    assert (alone.attempts[0].sample, alone.task) == ("a", "")
    assert (beside.attempts[0].sample, beside.task) == ("a", "e")


def test_states_are_stated_or_follow_from_the_score():
    """An empty score is missing, never a failure."""
    m = logs.read_one(logs.csv("sample,score,state\na,C,\nb,,\nc,,refused\nd,I,errored\ne,I,invalidated\n"))

    assert [a.state for a in m.attempts] == [
        SampleState.SCORED, SampleState.MISSING, SampleState.REFUSED, SampleState.ERRORED, SampleState.INVALIDATED,
    ]  # fmt: skip


def test_an_epoch_that_is_not_there_before_another_is_missing():
    """Of the same sample in the same table; how many there should have been, the table does not say."""
    m = logs.read_one(logs.csv("sample,score,epoch\na,C,1\na,C,4\nb,C,2\nc,C,1\nc,C,2\n"))

    assert [(a.sample, a.epoch) for a in m.attempts if a.state is SampleState.MISSING] == [
        ("a", 2), ("a", 3), ("b", 1),
    ]  # fmt: skip
    assert (len(m.attempts), m.epochs) == (8, 4)


def test_a_table_that_lacks_more_epochs_than_can_be_listed_is_refused():
    """Over all its evaluations; two cells do not make two million attempts."""
    rows = [f"{task},q,C,150000" for task in ("one", "two")]

    assert refusal("\n".join(["evaluation,sample,score,epoch", *rows]) + "\n").reason == "too-large"


def test_quoted_cells_hold_commas_quotes_and_line_ends():
    """And what looks like a formula is a text; a byte order mark is no part of a name."""
    m = logs.read_one({"t.csv": b'\xef\xbb\xbfsample,score,"note, long"\r\n"a,\r\n""b""",C,=1+1\r\n\r\n"@c",I,\r\n'})

    assert [a.sample for a in m.attempts] == ['a,\r\n"b"', "@c"]
    assert "columns that are not read: 'note, long'" in m.notes


def test_rows_are_numbered_by_their_first_line_in_the_file():
    """Line ends inside quotes and blank lines are counted."""
    assert [(r.number, r.cells) for r in rows([b'a\n"b\n', b'c"\n\nd,', b"e"], log="x")] == [
        (1, ("a",)),
        (2, ("b\nc",)),
        (5, ("d", "e")),
    ]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("sample,score,score", "stands twice"),
        ("Sample,score", "column 'Sample' looks like 'sample'"),
        ("sample,score ", "column 'score ' looks like 'score'"),
        ("sample,sc\u043ere", "looks like 'score'"),
        ("sample,score,ep\uff4fch", "looks like 'epoch'"),
        ("sample,score,Note,note", "looks like 'Note'"),
        ("sample,score,", "a column without a name"),
    ],
)
def test_doubled_and_lookalike_columns_are_refused(header: str, said: str):
    """Two readers must not take two columns for the score."""
    error = refusal(f"{header}\na,C,1,2\n")
    assert (error.reason, said in error.detail) == ("wrong-shape", True)


@pytest.mark.parametrize("header", ["sample,id,score", "sample,score,success"])
def test_two_columns_of_one_meaning_are_refused(header: str):
    """Rather than one of them chosen."""
    assert refusal(f"{header}\na,C,C\n").reason == "wrong-shape"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not-a-log"),
        (b"a;b\n1;2\n", "not-a-log"),
        (b"sample\na\n", "not-a-log"),
        (b"sample,score\n", "wrong-shape"),
        (b'sample,score\n"a"b,C\n', "bad-text"),
        (b'sample,score\na"b",C\n', "bad-text"),
        (b'sample,score\n"a,C\n', "bad-text"),
        (b"sample,score\na\xff,C\n", "bad-text"),
        (b"sample,score\na\x00,C\n", "bad-text"),
        (b"sample,score\na\rb,C\n", "bad-text"),
        ("sample,score\na,C\n".encode("utf-16"), "bad-text"),
        (b"sample,score\n" + b"," * 20_000 + b"\n", "too-large"),
        (b'sample,score\n"' + b"x" * (17 * 2**20) + b'",C\n', "too-large"),
    ],
)
def test_what_is_no_table_of_scores_is_refused_by_name(data: bytes, reason: str):
    """Other separators, encodings and quoting are not guessed at."""
    assert refusal(data).reason == reason


def test_tables_are_known_by_the_end_of_their_name():
    """Each is a log of its own."""
    assert group_files(["a.csv", "b.CSV", "c.tsv"]) == [("a.csv",), ("b.CSV",)]
