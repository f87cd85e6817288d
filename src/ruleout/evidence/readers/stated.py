# SPDX-License-Identifier: Apache-2.0
"""What a log states about itself, and what its attempts give: instants, means and attempts that were promised (E-1 to E-3).

Used by the readers of formats that hold aggregates beside samples. Nothing here decides: it yields lines for
`Measurement.problems`, or refuses a log that promises more than can be counted.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ruleout.errors import UnreadableLog
from ruleout.evidence.limits import DEFAULT_LIMITS
from ruleout.evidence.source import Log
from ruleout.model.evidence import Attempt, Measurement, SampleState

#: Attempts a log may promise and not hold; a log that lacks more is of no use, and listing them costs time.
MAX_ABSENT = 200_000

_SHOWN = 5
_DETAIL_LENGTH = 200
_CLOSE = 1e-9
_LAST_SECOND = 253_402_300_799  # the end of the year 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Digests of a log, taken once however many measurements it makes: each costs a pass over its bytes."""

    digest: str
    parts: tuple[tuple[str, str], ...]


def identity_of(log: Log) -> Identity:
    """Return the digests of a log and of its parts. Source: E-4."""
    return Identity(digest=log.digest, parts=log.part_digests)


def instant_of_seconds(seconds: float) -> datetime | None:
    """Return the instant of a Unix time in seconds (aware UTC); None when it is no instant up to the year 9999. Pure."""
    if not math.isfinite(seconds) or not 0 < seconds <= _LAST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, tz=UTC)


def instant_of_text(text: str) -> datetime | None:
    """Return the instant that a text names: ISO 8601 with an offset, or Unix seconds; None for anything else. Pure."""
    digits = text.strip()
    if len(digits) <= 24 and digits.isascii() and digits.replace(".", "", 1).isdigit():
        return instant_of_seconds(float(digits))
    try:
        instant = datetime.fromisoformat(digits)
        return None if instant.utcoffset() is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def mean(values: Sequence[object]) -> float | None:
    """Return the mean of numbers and truth values; None when any is something else or not finite, or none is there.

    Pure. For comparing with what a log states; nothing decides on it.
    """
    points: list[float] = []
    for value in values:
        if not isinstance(value, int | float) or abs(value) > 1e300 or math.isnan(value):
            return None
        points.append(float(value))
    return math.fsum(points) / len(points) if points else None


def standard_error(values: Sequence[object]) -> float | None:
    """Return the standard error of the mean with n - 1 in the denominator; None where `mean` is, or for one value.

    Pure. For comparing with what a log states.
    """
    middle = mean(values)
    if middle is None or len(values) < 2 or any(abs(float(v)) > 1e100 for v in values if isinstance(v, int | float)):
        return None
    squares = math.fsum((float(v) - middle) ** 2 for v in values if isinstance(v, int | float))
    return math.sqrt(squares / (len(values) - 1) / len(values))


def differ(stated: float, found: float) -> bool:
    """Return whether two figures differ by more than the rounding of floats. Pure."""
    return not math.isclose(stated, found, rel_tol=_CLOSE, abs_tol=_CLOSE)


def mean_problems(name: str, stated: object, values: Sequence[object]) -> Iterator[str]:
    """Yield a line if a stated mean is not that of the samples, or only one of the two can be made. Pure.

    A mean that cannot be compared would let the samples say anything. Nothing is yielded where neither is a number.
    """
    found = mean(values)
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        if found is not None:
            yield f"results give no number for {printable(name)!r}, the samples give {found:.6g}"
    elif found is None:
        yield f"results claim {float_text(stated)} for {printable(name)}, and not all samples have a number"
    elif abs(stated) > 1e300 or differ(float(stated), found):
        yield f"results claim {float_text(stated)} for {printable(name)}, the samples give {found:.6g}"


def float_text(value: float) -> str:
    """Return a stated number for a message, however long it is. Pure."""
    if isinstance(value, int) and abs(value) >= 10**15:
        return "a number over 15 digits"
    return f"{value:.10g}"


def absent(log: str, expected: int, held: Sequence[Attempt], names: Iterable[str] = ()) -> tuple[Attempt, ...]:
    """Return a missing attempt for each one that is promised and not held.

    Pure.

    Args:
        expected: how many attempts the run should hold, in one epoch.
        names: samples that were to be asked, in order, where the log says so; the rest get a number and no name.

    Raises:
        UnreadableLog: too-large, if more than `MAX_ABSENT` are not held.

    Source: E-2.
    """
    there = {attempt.sample for attempt in held}
    lacking = expected - len(there)
    check_absent(log, lacking)
    if lacking <= 0:
        return ()
    found: list[str] = []
    for name in names:
        if len(found) == lacking:
            break
        if name not in there:
            found.append(name)
    found += [f"(not named {number})" for number in range(1, lacking - len(found) + 1)]
    return tuple(missing_attempt(name, 1) for name in found)


def gathered(log: str, measurements: Iterable[Measurement]) -> tuple[Measurement, ...]:
    """Return the measurements of a log, made one after the other, while they keep within the limits of one log.

    Raises:
        UnreadableLog: too-large, as soon as they hold or lack more attempts than a log may.
    """
    found: list[Measurement] = []
    count = lacking = 0
    for measurement in measurements:
        found.append(measurement)
        count += len(measurement.attempts)
        lacking += sum(1 for attempt in measurement.attempts if attempt.state is SampleState.MISSING)
        check_count(log, count)
        check_absent(log, lacking)
    return tuple(found)


def missing_attempt(sample: str, epoch: int) -> Attempt:
    """Return the attempt that a log promises and does not hold. Pure. Source: E-2."""
    return Attempt(sample=sample, epoch=epoch, state=SampleState.MISSING, detail="not in the log")


def check_absent(log: str, lacking: int) -> None:
    """Refuse a log that promises many more attempts than it holds. Raises UnreadableLog: too-large."""
    if lacking > MAX_ABSENT:
        detail = f"expected at most {MAX_ABSENT} attempts that are promised and not held, got {lacking}"
        raise UnreadableLog(log, "too-large", detail, hint="Hand in the samples beside the results.")


def check_count(log: str, count: int, limit: int = DEFAULT_LIMITS.attempts) -> None:
    """Refuse a log that holds more attempts than the limit. Raises UnreadableLog: too-large."""
    if count > limit:
        raise UnreadableLog(log, "too-large", f"expected at most {limit} attempts, got more", hint="Split the log.")


def fingerprint(*parts: bytes) -> str:
    """Return the SHA-256 (hex) of byte strings in order, each with its length, so that borders count. Pure."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def some(names: Sequence[object]) -> str:
    """Return the first few names in quotes, for a message. Pure."""
    return ", ".join(repr(printable(str(n))) for n in names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def printable(text: str) -> str:
    """Return one line of at most 200 printable characters, for texts that come from a log. Pure."""
    clean = "".join(c if c.isprintable() else " " for c in text[:_DETAIL_LENGTH])
    return clean if len(text) <= _DETAIL_LENGTH else f"{clean}…"
