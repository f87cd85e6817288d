# SPDX-License-Identifier: Apache-2.0
"""CSV: a plain table of scores, one row per attempt (E-1).

| column | meaning | if it is not there |
|---|---|---|
| `sample` or `id` (or `task`, where neither is there) | the sample's name, never empty | refused |
| `score` or `success` | C, I, P, N, true, false, a plain number, or empty | refused |
| `epoch` | 1 or more | 1 |
| `model`, `evaluation` (or `task`, beside `sample` or `id`) | whose measurement the row belongs to | "" |
| `cluster`, `content` | as in `Attempt` | "" |
| `state` | a word of `SampleState`; empty means scored, or missing without a score | likewise |
| `evaluated` | an instant with an offset; the earliest counts | unknown |

The format is ours to be strict about, so nothing is guessed: the comma alone separates, quoting is that of RFC 4180, the
text is UTF-8 (with or without a byte order mark), and every defect is told at once with its row. A cell is text: what
looks like a formula is not one. Columns of other names are kept by the log's digest alone and named in a note. A sample
that has an epoch has those before it: one that is not there is a missing attempt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ruleout.errors import UnreadableLog
from ruleout.evidence.csv_text import Row, rows
from ruleout.evidence.readers.alike import LOOKALIKES, alike
from ruleout.evidence.readers.stated import (
    Identity,
    check_absent,
    check_count,
    identity_of,
    instant_of_text,
    missing_attempt,
    printable,
    some,
)
from ruleout.evidence.source import Log, pieces
from ruleout.model.evidence import Attempt, Measurement, SampleState

FORMAT = "csv"

_SAMPLE, _SCORE, _EVALUATION = ("sample", "id", "task"), ("score", "success"), ("evaluation", "task")
_OPTIONAL = ("epoch", "model", "cluster", "content", "state", "evaluated")
_KNOWN = frozenset({*_SAMPLE, *_SCORE, *_EVALUATION, *_OPTIONAL})
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?")
_EPOCH = re.compile(r"[1-9][0-9]{0,5}")
_WORDS: Mapping[str, object] = {"C": "C", "I": "I", "P": "P", "N": "N", "true": True, "false": False}
_STATES = {state.value: state for state in SampleState}
_SHOWN = 5
_DIGITS = 15  # of a number, so that a float gives them all back


@dataclass(slots=True, kw_only=True)
class _Table:
    """Rows by (evaluation, model), and every defect."""

    attempts: dict[tuple[str, str], list[Attempt]] = field(default_factory=dict)
    dates: dict[tuple[str, str], datetime] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)
    count: int = 0


def claims(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield each file whose name ends in `.csv`. Pure."""
    return ((name,) for name in names if name.lower().endswith(".csv"))


def is_csv(_head: bytes, log: Log) -> bool:
    """Return whether the file is called one of CSV; its header is judged when it is read. Pure."""
    return log.main.name.lower().endswith(".csv")


def read_csv(log: Log) -> tuple[Measurement, ...]:
    """Return a measurement per evaluation and model, in the order in which they appear.

    Memory is that of the attempts and of one row.

    Raises:
        UnreadableLog: not-a-log without the columns; wrong-shape with every defect of header and cells; bad-text for
            broken UTF-8 or quoting; too-large.

    Source: E-1, E-5.
    """
    table_rows = rows(pieces(log.main.source), log=log.name)
    first = next(table_rows, None)
    if first is None:
        raise UnreadableLog(log.name, "not-a-log", "expected a header row, got an empty file", hint=_HINT)
    columns = _columns(log.name, first.cells)
    used = _used(log.name, columns)
    table = _Table()
    for row in table_rows:
        check_count(log.name, table.count + 1)
        table.count += 1
        _take(table, row, columns, used)
    table.defects += _spelled_twice(table)
    if table.defects:
        more = f"; and {len(table.defects) - _SHOWN} more" if len(table.defects) > _SHOWN else ""
        detail = f"{len(table.defects)} defect(s): {'; '.join(table.defects[:_SHOWN])}{more}"
        raise UnreadableLog(log.name, "wrong-shape", detail, hint="Correct these rows; none is left out.")
    if not table.count:
        raise UnreadableLog(log.name, "wrong-shape", "expected at least one row below the header", hint=_HINT)
    identity = identity_of(log)
    check_absent(log.name, sum(_gaps(attempts) for attempts in table.attempts.values()))
    return tuple(_measurement(identity, table, key, columns, used) for key in table.attempts)


def _spelled_twice(table: _Table) -> Iterator[str]:
    """Yield each name that looks like another: nothing tells whether they are two."""
    columns = [("evaluation", {one for one, _ in table.attempts}), ("model", {model for _, model in table.attempts})]
    columns += [("sample", {attempt.sample for attempt in held}) for held in table.attempts.values()]
    for column, names in columns:
        for one, other in sorted(alike(names)):
            yield f"{column} {printable(one)!r} looks like {printable(other)!r}"


_HINT = "Give the columns `sample` and `score`; docs/guide/logs.md shows a file."


def _columns(log: str, header: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns, or refuse those that are doubled or look like others."""
    defects: list[str] = []
    seen: dict[str, str] = {}
    for name in header:
        plain = _plain_name(name)
        if not name:
            defects.append("a column without a name")
        elif plain in _KNOWN and name != plain:
            defects.append(f"column {printable(name)!r} looks like {plain!r}")
        elif plain in seen:
            defects.append(f"column {printable(name)!r} stands twice, or looks like {printable(seen[plain])!r}")
        seen.setdefault(plain, name)
    if defects:
        detail = f"{len(defects)} defect(s) of the header: {'; '.join(defects[:_SHOWN])}"
        raise UnreadableLog(log, "wrong-shape", detail, hint="Rename these columns.")
    return tuple(header)


def _plain_name(name: str) -> str:
    """Return what a name looks like: compatible forms, case, space and letters of other scripts put aside."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()).translate(LOOKALIKES)


def _used(log: str, columns: Sequence[str]) -> dict[str, str]:
    """Return meaning -> name of the column that has it."""
    sample = next((name for name in _SAMPLE if name in columns), None)
    score = next((name for name in _SCORE if name in columns), None)
    if sample is None or score is None:
        shown = some(columns)
        raise UnreadableLog(log, "not-a-log", f"expected columns for sample and score, got {shown}", hint=_HINT)
    clashing = [(a, b) for a, b in (("sample", "id"), _SCORE) if a in columns and b in columns]
    if clashing:
        detail = f"expected one column of each meaning, got both {clashing[0][0]!r} and {clashing[0][1]!r}"
        raise UnreadableLog(log, "wrong-shape", detail, hint="Keep one of the two.")
    evaluation = next((name for name in _EVALUATION if name in columns and name != sample), None)
    used = {"sample": sample, "score": score, **{name: name for name in _OPTIONAL if name in columns}}
    return used | ({"evaluation": evaluation} if evaluation is not None else {})


def _take(table: _Table, row: Row, columns: Sequence[str], used: Mapping[str, str]) -> None:
    if len(row.cells) != len(columns):
        table.defects.append(f"row {row.number}: expected {len(columns)} cells, got {len(row.cells)}")
        return
    by_name = dict(zip(columns, row.cells, strict=True))
    cell = {meaning: by_name[name] for meaning, name in used.items()}
    defects = list(_defects(cell))
    if defects:
        table.defects += [f"row {row.number}: {defect}" for defect in defects]
        return
    key = (cell.get("evaluation", ""), cell.get("model", ""))
    score = _score(cell["score"])
    table.attempts.setdefault(key, []).append(
        Attempt(
            sample=cell["sample"],
            epoch=int(cell.get("epoch") or "1"),
            state=_state(cell),
            scores=() if score is None else ((used["score"], score),),
            detail="" if score is not None else "no score",
            content=cell.get("content", ""),
            cluster=cell.get("cluster", ""),
        )
    )
    dated = instant_of_text(cell.get("evaluated", ""))
    if dated is not None:
        table.dates[key] = min(dated, table.dates.get(key, dated))


def _defects(cell: Mapping[str, str]) -> Iterator[str]:
    score, state = cell["score"], cell.get("state", "")
    if not cell["sample"].strip():
        yield "expected a sample, got an empty cell"
    if score and _score(score) is None:
        yield f"expected C, I, P, N, true, false or a plain number as score, got {printable(score)!r}"
    if cell.get("epoch") and not _EPOCH.fullmatch(cell["epoch"]):
        yield f"expected a whole number from 1 as epoch, got {printable(cell['epoch'])!r}"
    if state and state not in _STATES:
        yield f"expected one of {', '.join(_STATES)} as state, got {printable(state)!r}"
    if state == SampleState.SCORED.value and not score:
        yield "state is scored and the score is empty"
    if state == SampleState.MISSING.value and score:
        yield "state is missing and there is a score"
    evaluated = cell.get("evaluated", "")
    if evaluated and ("T" not in evaluated or instant_of_text(evaluated) is None):
        yield f"expected an instant with an offset as evaluated, got {printable(evaluated)!r}"


def _score(text: str) -> object:
    """Return the value of a score's cell; None if it is empty or none of the allowed ones."""
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.fullmatch(text) or sum(c.isdigit() for c in text) > _DIGITS:
        return None
    return float(text) if "." in text else int(text)


def _state(cell: Mapping[str, str]) -> SampleState:
    if cell.get("state"):
        return _STATES[cell["state"]]
    return SampleState.SCORED if cell["score"] else SampleState.MISSING


def _seen(attempts: Sequence[Attempt]) -> dict[str, set[int]]:
    seen: dict[str, set[int]] = {}
    for attempt in attempts:
        seen.setdefault(attempt.sample, set()).add(attempt.epoch)
    return seen


def _gaps(attempts: Sequence[Attempt]) -> int:
    """Return how many epochs are not there although a later one of the same sample is."""
    return sum(max(epochs) - len(epochs) for epochs in _seen(attempts).values())


def _lacking(attempts: Sequence[Attempt]) -> Iterator[Attempt]:
    for sample, epochs in _seen(attempts).items():
        if max(epochs) > len(epochs):
            yield from (missing_attempt(sample, n) for n in range(1, max(epochs)) if n not in epochs)


def _measurement(
    identity: Identity, table: _Table, key: tuple[str, str], columns: Sequence[str], used: Mapping[str, str]
) -> Measurement:
    attempts = table.attempts[key]
    return Measurement(
        digest=identity.digest,
        format=FORMAT,
        status="success",
        task=key[0],
        task_version="",
        model=key[1],
        evaluated=table.dates.get(key),
        dataset_samples=None,
        expected=None,
        epochs=max(attempt.epoch for attempt in attempts),
        partial="",
        tool="",
        tool_version="",
        revision="",
        dirty=None,
        attempts=(*attempts, *_lacking(attempts)),
        notes=tuple(_notes(columns, used, dated=key in table.dates)),
        parts=identity.parts,
    )


def _notes(columns: Sequence[str], used: Mapping[str, str], *, dated: bool) -> Iterator[str]:
    yield "a table by hand: nothing in it can be compared with anything else"
    unused = [name for name in columns if name not in used.values()]
    if unused:
        yield f"columns that are not read: {some(unused)}"
    lacking = [meaning for meaning in ("evaluation", "model") if meaning not in used]
    if lacking:
        yield f"the table does not name: {', '.join(lacking)}"
    if not dated:
        yield "the table does not say when the evaluation ran"
