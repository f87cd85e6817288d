# SPDX-License-Identifier: Apache-2.0
"""Tables of published time horizons -> typed rows: a CSV, or the plain values of METR's results file (S-5).

Rules
- A row that is not understood is refused with its place; none is skipped. Filters are the caller's and are stated.
- A model stands there once.

The YAML is read in `documents`; here stand values only. Source: METR, `benchmark_results_1_1.yaml`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ruleout.evidence.tables.small_table import number, refusal, rows_of_csv

COLUMNS = ("model", "release_date", "p50_min")
FRONTIER = "is_sota"
_MOST_ROWS = 10_000
_LONGEST_FIELD = 200
_TRUTH = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_MOST_MINUTES = Decimal(2**32)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHorizon:
    """One model's published horizon.

    Attributes:
        model: its name in the table.
        released: day of release.
        minutes: p50 horizon in human minutes, > 0.
        is_frontier: whether the table marks it as best of its day; None where the table does not say.
    """

    model: str
    released: date
    minutes: Decimal
    is_frontier: bool | None


def horizons_of_csv(data: bytes, *, name: str) -> tuple[ModelHorizon, ...]:
    """Return the rows of a CSV with the columns `model`, `release_date`, `p50_min` and, optionally, `is_sota`.

    Pure. Other columns are ignored.

    Raises:
        RuleoutError: the file is not such a table; says where.

    Source: S-5.
    """
    rows = [_row(cells, name, where) for where, cells in rows_of_csv(data, columns=COLUMNS, name=name)]
    return _unique(rows, name)


def horizons_of_metr(value: object, *, name: str) -> tuple[ModelHorizon, ...]:
    """Return the rows of METR's results file, given as plain values.

    Pure. Reads `results`, and in each `release_date`, `metrics.p50_horizon_length.estimate` and `metrics.is_sota`.

    Raises:
        RuleoutError: the value is not such a file; says where.

    Source: S-5.
    """
    rows = []
    for model, result in _fields(value, "results", name, "the file").items():
        where = f"results.{model}"
        metrics = _fields(result, "metrics", name, where)
        p50 = _fields(metrics, "p50_horizon_length", name, f"{where}.metrics")
        released = result.get("release_date") if isinstance(result, Mapping) else None
        cells = {"model": str(model), "release_date": str(released), "p50_min": str(p50.get("estimate"))}
        if FRONTIER in metrics:
            cells[FRONTIER] = str(metrics[FRONTIER])
        rows.append(_row(cells, name, where))
    return _unique(rows, name)


def _fields(value: object, key: str, name: str, where: str) -> Mapping[str, object]:
    found = value.get(key) if isinstance(value, Mapping) else None
    if not isinstance(found, Mapping):
        raise refusal(name, where, f"a mapping named {key!r}", "none")
    return found


def _row(cells: Mapping[str, str], name: str, where: str) -> ModelHorizon:
    model = cells["model"]
    if not 0 < len(model) <= _LONGEST_FIELD:
        raise refusal(name, where, "a model's name", repr(model[:40]))
    return ModelHorizon(
        model=model,
        released=_day(cells["release_date"], name, where),
        minutes=_minutes(cells["p50_min"], name, where),
        is_frontier=_truth(cells.get(FRONTIER, ""), name, where),
    )


def _day(text: str, name: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise refusal(name, where, "release_date as YYYY-MM-DD", repr(text[:40])) from error


def _minutes(text: str, name: str, where: str) -> Decimal:
    value = number(text, "p50_min in minutes", name, where)
    if not 1 / _MOST_MINUTES < value < _MOST_MINUTES:
        raise refusal(name, where, "p50_min in minutes, above 0 and below 2^32", repr(text[:40]))
    return value


def _truth(text: str, name: str, where: str) -> bool | None:
    if not text:
        return None
    if text.lower() not in _TRUTH:
        raise refusal(name, where, f"{FRONTIER} true or false", repr(text[:40]))
    return _TRUTH[text.lower()]


def _unique(rows: Sequence[ModelHorizon], name: str) -> tuple[ModelHorizon, ...]:
    twice = [model for model, count in Counter(row.model for row in rows).items() if count > 1]
    if twice:
        raise refusal(name, "the table", "each model once", f"{twice[0]!r} twice")
    if not 0 < len(rows) <= _MOST_ROWS:
        raise refusal(name, "the table", f"1 to {_MOST_ROWS} models", str(len(rows)))
    return tuple(rows)
