# SPDX-License-Identifier: Apache-2.0
"""What the public is not shown: every value that a review must not say, and what it may say because it is public (A-9).

The one place that knows how values are withheld: what the workspace still keeps and a public copy of the record lacks.
Reviews themselves are left out: they are what is held against it. What cannot be read is named: nobody looked for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ruleout.accountability.reviews.leaks import Span
from ruleout.app.ledger import LOG_FILE, MEASUREMENT, SUMMARY, Record
from ruleout.app.publication.reports import KIND
from ruleout.errors import NotFound
from ruleout.ledger import EntryType, LedgerEntry, Ref
from ruleout.ledger.audience import Audience
from ruleout.ledger.disclosure import named_in, parse_disclosure
from ruleout.ledger.holes import Explanations, explanations_in, objects_for, seen_by

_MOST_OBJECT_BYTES = 4 * 1024 * 1024
#: Raw figures by the thousand: some of them would excuse any figure.
_RAW = (LOG_FILE, MEASUREMENT, SUMMARY)
#: What of a report is not its own but its kind's, which is no secret: whoever writes "mitigations" tells nothing.
_OF_KIND = re.compile(
    r" sections\.[0-9]+\.(?:(?:parts\.[0-9]+\.fields\.[0-9]+\.)?(?:id|title|asks|section|source|grade|origin)|each)$"
    r"| sections\..*\.(?:names|columns|picture|lines)\b| (?:format|kind|law|regime|disclaimer|origin|size|root|answers|entries)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """What the public is not shown.

    Attributes:
        spans: withheld texts and figures, each with its place.
        public: texts that the public is shown.
        gone: places of what was erased, which nobody knows any more, and of what is no text or too large: not looked for.
        missing: places of what should be at hand and is not: no check without it.
    """

    spans: tuple[Span, ...]
    public: tuple[str, ...]
    gone: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    spans: list[Span] = field(default_factory=list)
    public: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def withheld_of(record: Record) -> Withheld:
    """Return what the public is not shown of a record, and what it is. Effect: reads disclosures and objects.

    Source: A-9, L-4.
    """
    explanations = explanations_in(record.entries, record.object)
    entries = [entry for entry in record.entries if entry.content.type is not EntryType.REVIEW]
    public = objects_for(record.entries, explanations, Audience.PUBLIC)
    found = _Found()
    for entry in record.entries:
        found.public.append(_header(entry))
    for entry in entries:
        _take_values(entry, record, explanations, found)
        for ref in entry.content.refs:
            if ref.sha256 in public or (entry.content.type is EntryType.REPORT and ref.name == KIND):
                found.public.append(_shown(record, ref))
            else:
                _take_object(entry, ref, record, explanations, found)
    return Withheld(
        spans=tuple(found.spans), public=tuple(found.public), gone=tuple(found.gone), missing=tuple(found.missing)
    )


def _header(entry: LedgerEntry) -> str:
    """What stands in the log in clear: ids and header fields."""
    content = entry.content
    values = (value if isinstance(value, tuple) else (value,) for value in content.subject.values())
    return " | ".join((content.id, *(str(one) for value in values for one in value)))


def _take_values(entry: LedgerEntry, record: Record, explanations: Explanations, found: _Found) -> None:
    """Every text and number that an entry discloses, by whether the public sees it."""
    kept = record.disclosures(entry)
    seen = seen_by(entry.content, kept, explanations, Audience.PUBLIC).shown
    for digest, place, value in _values(entry, kept):
        if digest in seen and value is not None:
            found.public.append(str(value))
        elif value is not None and entry.content.type is EntryType.REPORT and _OF_KIND.search(place):
            continue
        elif value is not None:
            found.spans.extend(_spans(place, str(value)))
        elif explanations.erasure(entry.content.id, digest) is None:
            found.missing.append(f"{place} ({digest[:12]})")
        else:
            found.gone.append(f"{place} ({digest[:12]}), erased")


def _values(entry: LedgerEntry, kept: Mapping[str, str]) -> Iterator[tuple[str, str, str | int | None]]:
    """Each (digest, path, text or number) that an entry discloses; None for what is not at hand, a decoy or not."""
    rest = [(digest, entry.content.id, " ") for digest in reversed(entry.content.salted)]
    while rest:
        digest, place, joint = rest.pop()
        if digest not in kept:
            yield digest, place, None
            continue
        disclosure = parse_disclosure(kept[digest])
        if disclosure.is_decoy:
            continue
        here = place if disclosure.name is None else f"{place}{joint}{disclosure.name}"
        if type(disclosure.value) in (str, int):
            yield digest, here, disclosure.value
        is_list = type(disclosure.value) is list
        below = [(one, f"{here}.{nth}" if is_list else here, ".") for nth, one in enumerate(named_in(disclosure))]
        rest += reversed(below)


def _take_object(entry: LedgerEntry, ref: Ref, record: Record, explanations: Explanations, found: _Found) -> None:
    """What an object says that the public does not get."""
    place = f"{entry.content.id} {ref.name}"
    try:
        text = _text(record, ref)
    except NotFound:
        if explanations.erasure(entry.content.id, ref.sha256) is None:
            found.missing.append(f"{place} ({ref.sha256[:12]})")
        else:
            found.gone.append(f"{place} ({ref.sha256[:12]}), erased")
        return
    if text is None:
        found.gone.append(f"{place}, no text or too large")
    else:
        found.spans.extend(_spans(place, text))


def _shown(record: Record, ref: Ref) -> str:
    """An object that the public gets, as text; "" where it is none or not at hand: it then excuses nothing."""
    try:
        return _text(record, ref) or ""
    except NotFound:
        return ""


def _text(record: Record, ref: Ref) -> str | None:
    """An object as text; None where it is none, raw figures, or too large. Raises NotFound if it is not at hand."""
    data = record.object(ref.sha256)
    if ref.media_type in _RAW or ref.size > _MOST_OBJECT_BYTES:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _spans(place: str, text: str) -> list[Span]:
    """A text as one span, and each of its lines of several words: a short line is not found by the rules for long texts.

    A line of one word is left out: in a file it is a key or a mark, and the same word would be found anywhere.
    """
    lines = [line.strip() for line in text.splitlines() if len(line.split()) > 1]
    return [Span(place=place, text=text), *(Span(place=place, text=line) for line in lines if line != text.strip())]
