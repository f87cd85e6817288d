# SPDX-License-Identifier: Apache-2.0
"""METR's runs, line by line: what a run is, and every way in which a file is refused (S-5, E-5)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.errors import UnreadableLog
from ruleout.evidence.limits import Limits
from ruleout.evidence.tables import metr_rows
from ruleout.evidence.tables.metr_rows import Run, models_of, runs_of

ROW = {
    "run_id": "r1",
    "task_id": "decode/1",
    "task_family": "decode",
    "alias": "Model A",
    "human_minutes": 12.5,
    "score_binarized": 1,
}


def line(**changes: object) -> str:
    return json.dumps({**ROW, **changes})


def read(*lines: str) -> tuple[Run, ...]:
    return runs_of("\n".join(lines).encode(), name="runs.jsonl")


def test_a_run_holds_what_the_line_says():
    """Weights and the fatal error where they stand; other fields are passed over."""
    full = line(fatal_error_from="usageLimits", invsqrt_task_weight=0.25, equal_task_weight=0.5, score=3, extra=[{}])

    assert read(full)[0] == Run(
        id="r1",
        task="decode/1",
        family="decode",
        model="Model A",
        human_minutes=12.5,
        success=True,
        fatal_error_from="usageLimits",
        invsqrt_weight=0.25,
        equal_weight=0.5,
    )
    assert read(line(fatal_error_from=None, score_binarized=0.0))[0].success is False


def test_ids_may_be_numbers_and_lines_may_be_empty():
    """As in METR's own file, whose people have numbered runs; the last line may lack its end."""
    found = runs_of(f"\n{line(run_id=7)}\r\n\n  \n{line(run_id=8)}".encode(), name="x")

    assert [run.id for run in found] == ["7", "8"]


def test_models_stand_in_the_order_of_the_file():
    """Each once."""
    found = read(line(run_id=1, alias="B"), line(run_id=2, alias="A"), line(run_id=3, alias="B"))

    assert models_of(found) == ("B", "A")


@pytest.mark.parametrize(
    ("bad", "reason", "says"),
    [
        ("{", "bad-json", "line 2: "),
        ('{"x":' + "[" * 100_000, "bad-json", "nested too deeply"),
        ("\udce9".encode("utf-8", "surrogatepass").decode("latin-1"), "bad-json", "line 2: "),
        ("[]", "wrong-shape", "line 2: "),
        (line(run_id=2, human_minutes="x"), "wrong-shape", "human_minutes"),
        (line(run_id=2, human_minutes=0), "wrong-shape", "above 0"),
        (line(run_id=2, human_minutes=1e300), "wrong-shape", "below 2^32"),
        (line(run_id=2, human_minutes=float("nan")), "bad-json", "line 2: "),
        (line(run_id=2, score_binarized=0.5), "wrong-shape", "0 or 1, got 0.5"),
        (line(run_id=2, score_binarized=None), "wrong-shape", "score_binarized"),
        (line(run_id=2, alias=" "), "wrong-shape", "a name in alias"),
        (line(run_id=2, task_id=""), "wrong-shape", "a name in task_id"),
        (line(run_id=2, invsqrt_task_weight=-1), "wrong-shape", "invsqrt_task_weight of at least 0"),
        (line(), "wrong-shape", "run 'r1' stands at line 1 already"),
        (line(run_id=2, task_family="z"), "wrong-shape", "family 'z' here and of 'decode' at line 1"),
        (line(run_id=2, human_minutes=3), "wrong-shape", "3.0 minutes here and 12.5 at line 1"),
    ],
)
def test_a_bad_line_is_refused_by_name_and_line(bad: str, reason: str, says: str):
    """Nothing is skipped: the file is refused with the first line that is wrong."""
    with pytest.raises(UnreadableLog) as caught:
        read(line(), bad)

    assert caught.value.reason == reason
    assert says in str(caught.value)
    assert "line 2" in str(caught.value)
    assert caught.value.hint


def test_a_file_without_runs_and_one_with_too_many_are_refused():
    """Empty, blank, over the limit, or with a line that never ends."""
    for data in (b"", b"\n \n"):
        with pytest.raises(UnreadableLog, match="not-a-log"):
            runs_of(data, name="x")
    with pytest.raises(UnreadableLog, match="too-large: more than 1 runs"):
        runs_of(f"{line()}\n{line(run_id=2)}".encode(), name="x", limits=Limits(attempts=1))
    with pytest.raises(UnreadableLog, match="line 1: longer than"):
        runs_of(b" " * (metr_rows.LONGEST_LINE + 1), name="x")


def outcome(data: bytes) -> str:
    """How reading ends: "read", or the reason of a refusal."""
    try:
        runs_of(data, name="x")
    except UnreadableLog as error:
        return error.reason
    return "read"


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_it_crash(data: bytes):
    """Anything at all is runs or a named refusal."""
    assert outcome(data) in ("read", "bad-json", "wrong-shape", "too-large", "not-a-log")


@given(st.fixed_dictionaries({key: st.none() | st.booleans() | st.floats() | st.text(max_size=5) for key in ROW}))
def test_no_row_makes_it_crash(row: dict[str, object]):
    """Nor does any mixture of values."""
    assert outcome(json.dumps(row).encode()) in ("read", "bad-json", "wrong-shape")
