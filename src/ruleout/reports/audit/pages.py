# SPDX-License-Identifier: Apache-2.0
"""The audit record as pages and values: what was sealed, what became of requests, what does not hold (G-8).

Values are made of plain fields, so that this package needs nothing of how records are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ruleout.ledger.batches import Batch
from ruleout.model.plain import instant_text
from ruleout.reports.page import Line, bullets, labelled, title
from ruleout.serving.audit import Ended, Opened, Refused, Shadowed
from ruleout.serving.audit.findings import Finding

_TONES = {"whole": "good", "refused": "warn", "cut": "bad", "no-end": "bad", "left": "dim", "failed": "bad"}


def instant_of(at_ns: int) -> str:
    """Return nanoseconds since 1970 as RFC 3339 to the microsecond; the number where no calendar has it. Pure."""
    try:
        return instant_text(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_ns // 1000))
    except OverflowError:
        return str(at_ns)


def sealed_page(batches: Sequence[Batch], refused: Iterable[tuple[str, str]], *, width: int) -> list[Line]:
    """Return what was sealed, and which segments could not be. Pure."""
    records = sum(batch.last - batch.first + 1 for batch in batches)
    lines = [Line(f"{records} records of {len(batches)} segments are sealed", "good" if records else "")]
    for batch in batches:
        text = f"records {batch.first} to {batch.last}{', with a gap on record' if batch.gap else ''}"
        lines += labelled(f"  {batch.segment}", text, width=width)
    lines += bullets("  NOT SEALED", (f"{name}: {why}" for name, why in refused), width=width, tone="bad")
    return lines


def sealed_value(batches: Sequence[Batch], refused: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the same as a JSON value. Pure."""
    shown = [
        {"segment": b.segment, "first": b.first, "last": b.last, "before": b.before, "after": b.after, "gap": b.gap}
        for b in batches
    ]
    return {"batches": shown, "refused": [{"segment": name, "why": why} for name, why in refused]}


def verified_page(counts: Mapping[str, int], findings: Sequence[Finding], *, width: int) -> list[Line]:
    """Return what verification found; a page without findings says what it does not show. Pure.

    Args:
        counts: `segments`, `records` and `sealed`.
    """
    changed = any(one.is_change for one in findings)
    word, tone = ("CHANGED", "bad") if changed else ("NOT ESTABLISHED", "warn") if findings else ("as sealed", "good")
    lines = title("Audit record", word, width=width, tone=tone)
    text = f"{counts['segments']} segments, {counts['records']} records, {counts['sealed']} sealed in the log"
    lines += labelled("  holds", text, width=width)
    for one in findings:
        where = f"{one.segment}#{one.number}" if one.number >= 0 else one.segment
        lines += labelled(
            f"  {one.kind.value}", f"{where}: {one.says}", width=width, tone="bad" if one.is_change else "warn"
        )
    lines.append(Line("Whether what was recorded is true, and whether a model is safe, no check says.", "dim"))
    return lines


def verified_value(counts: Mapping[str, int], findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the same as a JSON value. Pure."""
    shown = [{"kind": f.kind.value, "segment": f.segment, "number": f.number, "says": f.says} for f in findings]
    return {**counts, "findings": shown}


def request_page(
    began: Opened | Refused, ended: Ended | None, *, how: str, where: str, content: Mapping[str, str], width: int
) -> list[Line]:
    """Return what the record says of one request. Pure.

    Args:
        how: how it ended, in a word.
        where: segment and number of its first record.
        content: what was said, where it was recorded and asked for: `asked`, `answered`.
    """
    lines = title(f"{instant_of(began.at)}  {began.request}", how, width=width, tone=_TONES.get(how, ""))
    who = f"{began.tenant or '-'} ({began.tier or '-'}), key {began.key or '-'}"
    lines += labelled("  from", who, width=width)
    lines += labelled(
        "  asked", f"{began.endpoint or '-'} {began.model or '-'}, permit {began.permit or '-'}", width=width
    )
    why = [part for part in (began.why if isinstance(began, Refused) else "", ended.why if ended else "") if part]
    rules = (*began.rules, *(ended.rules if ended else ()))
    lines += bullets("  because", why, width=width, tone="warn")
    lines += bullets("  rules", [", ".join(rules)] if rules else [], width=width)
    lines += bullets("  failed", began.failed if isinstance(began, Refused) else (), width=width, tone="bad")
    lines += bullets("  hooks", [f"{one.hook}: {one.verdict}" for one in began.hooks], width=width)
    if ended is not None:
        sent = f"status {ended.status}, {ended.sent_bytes} bytes, {ended.tokens_in} + {ended.tokens_out} tokens"
        lines += labelled("  sent", sent, width=width)
        lines += bullets("  calls", [f"{one.tool}: {one.verdict}" for one in ended.calls], width=width)
    shadows = (*began.shadows, *(ended.shadows if ended else ()))
    lines += bullets("  shadow", map(_shadow_words, shadows), width=width, tone="dim")
    for name, text in content.items():
        lines += labelled(f"  {name}", text, width=width, tone="dim")
    return [*lines, *labelled("  in", where, width=width, tone="dim")]


def _shadow_words(one: Shadowed) -> str:
    would = "cannot be asked" if one.would == "error" else f"would {one.would}"
    about = f" the call of {one.tool}" if one.tool and one.would != "error" else ""
    by = ", ".join((*one.rules, *(f"{rule} failed" for rule in one.failed))) or "no rule"
    return f"{one.shadow} ({one.bundle}) {would}{about}: {by}"
