# SPDX-License-Identifier: Apache-2.0
"""Tables for estimates: horizons, results by task, scores by arm; read exactly or refused with a place (S-4, S-5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.errors import RuleoutError
from ruleout.evidence.tables.horizon_table import ModelHorizon, horizons_of_csv, horizons_of_metr
from ruleout.evidence.tables.score_tables import arms_of_csv, results_of_csv

HEAD = "model,release_date,p50_min\n"


def test_a_table_of_horizons_is_read_as_it_stands():
    """With other columns, a byte-order mark, quotes and spaces; frontier where the table says so."""
    text = '\ufeffmodel, release_date ,p50_min,note,is_sota\n"a, b",2024-02-29, 1e1 ,x,True\n\nc,2025-01-01,0.5,,\n'
    found = horizons_of_csv(text.encode(), name="t.csv")

    assert found == (
        ModelHorizon(model="a, b", released=date(2024, 2, 29), minutes=Decimal(10), is_frontier=True),
        ModelHorizon(model="c", released=date(2025, 1, 1), minutes=Decimal("0.5"), is_frontier=None),
    )


def metr(**changes: object) -> dict[str, object]:
    metrics = {"p50_horizon_length": {"estimate": Decimal("3.9")}, "is_sota": True}
    return {"results": {"m": {"release_date": "2023-03-14", "metrics": metrics, **changes}}}


def test_metrs_results_are_read_from_plain_values():
    """Release date, estimate of p50 and the mark of the frontier."""
    expected = ModelHorizon(model="m", released=date(2023, 3, 14), minutes=Decimal("3.9"), is_frontier=True)

    assert horizons_of_metr(metr(), name="x") == (expected,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: expected the columns"),
        ("model,release_date\n", "got 'model', 'release_date' (without p50_min)"),
        ("Model,released,p50\n", "got 'Model', 'released', 'p50' (without model, release_date, p50_min)"),
        (",".join(f"c{n}" for n in range(40)) + "\n", "'c11', … (without model"),
        ("model,release_date,p50_min,model\n", "a column twice"),
        (HEAD, "at least one row"),
        (HEAD + "a,2024-01-01\n", "line 2: expected 3 cells, got 2"),
        (HEAD + "a,2024-13-01,5\n", "line 2: expected release_date"),
        (HEAD + "a,2024-01-01,0\n", "line 2: expected p50_min"),
        (HEAD + "a,2024-01-01,-3\n", "line 2: expected p50_min"),
        (HEAD + "a,2024-01-01,NaN\n", "line 2: expected p50_min"),
        (HEAD + "a,2024-01-01,1e999999999\n", "line 2: expected p50_min"),
        (HEAD + ",2024-01-01,5\n", "line 2: expected a model's name"),
        (HEAD + "a,2024-01-01,5\na,2024-01-02,6\n", "'a' twice"),
        (HEAD + 'a,"2024-01-01,5\n', "a quote is never closed"),
        ("model,release_date,p50_min,is_sota\na,2024-01-01,5,maybe\n", "is_sota true or false"),
        (HEAD + "a" * 600 + ",2024-01-01,5\n", "at most 500 characters"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_place(text: str, says: str):
    """Where, what was expected, and what to do."""
    with pytest.raises(RuleoutError) as caught:
        horizons_of_csv(text.encode(), name="t.csv")

    assert says in str(caught.value)
    assert str(caught.value).startswith("t.csv: ")
    assert caught.value.hint


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"results": []},
        {"results": {}},
        {"results": {"m": None}},
        metr(metrics={}),
        metr(metrics={"p50_horizon_length": {}}),
        metr(release_date=None),
    ],
)
def test_values_that_are_no_results_are_refused(value: object):
    """Each level is checked before it is used."""
    with pytest.raises(RuleoutError, match="x: "):
        horizons_of_metr(value, name="x")


def test_results_by_task_are_counts():
    """A task may have no attempt; it may not stand there twice, nor succeed more often than it was tried."""
    head = "task,successes,attempts\n"

    assert results_of_csv((head + "a,1,4\nb,0,0\n").encode(), name="x") == {"a": (1, 4), "b": (0, 0)}
    for row in ("a,5,4", "a,1.5,4", "a,-1,4", "a,x,4", ",1,4", "a,1,4\na,1,4", "a,1,99999999"):
        with pytest.raises(RuleoutError, match="line"):
            results_of_csv((head + row).encode(), name="x")


def test_scores_belong_to_one_of_two_arms():
    """Another arm is refused, and so is a score that is none."""
    head = "arm,score\n"

    assert arms_of_csv((head + "control,0.5\ntreated,2\ncontrol,-1\n").encode(), name="x") == (
        (Decimal(2),),
        (Decimal("0.5"), Decimal(-1)),
    )
    for row in ("placebo,1", "treated,inf", "treated,"):
        with pytest.raises(RuleoutError, match="line 2"):
            arms_of_csv((head + row).encode(), name="x")


def hint_of(read: Callable[..., object], data: bytes) -> str:
    """The next step that a refusal names; "read" where there is none."""
    try:
        read(data, name="x")
    except RuleoutError as error:
        return error.hint
    return "read"


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: (HEAD + t).encode()))
def test_no_bytes_make_a_table_reader_crash(data: bytes):
    """Anything at all is a table or a refusal with a next step."""
    for read in (horizons_of_csv, results_of_csv, arms_of_csv):
        assert hint_of(read, data)
