# SPDX-License-Identifier: Apache-2.0
"""Sentences: each rests on entries of the record, quotes them exactly, and holds no figure of its own (A-7).

A reference is `{{2.outcome}}`, the field `outcome` of the second entry of the sentence, or `{{outcome}}` where there is one
entry. `{{2.outcome = proceed}}` says what the author believes it to be: the record must say the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from ruleout.accountability.reporting.draft import StatementDoc
from ruleout.accountability.reporting.fact import Known
from ruleout.accountability.reporting.publication import Statement
from ruleout.documents.field_names import closest
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import shown

_REFERENCE = re.compile(r"\{\{(.*?)\}\}")
_PARTS = re.compile(r"(?:([1-9][0-9]?)\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)?)(?:\s*=\s*(.+))?")
_NEXT_SENTENCE = re.compile(r"[.!?][)\"'’”]*\s+[\"'“‘(]*[A-Z]")
_WORD = re.compile(r"[^\s,;:()\"'“”‘’!?/]+")
_LETTERS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen"
)
_NUMBERS = frozenset(_LETTERS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """What sentences of one document are held against: the record, names that may hold digits, and where faults go."""

    known: Known
    names: Collection[str]
    findings: Findings


def settle(doc: StatementDoc, path: Path, kinds: Collection[str], held: Settling) -> Statement:
    """Return a sentence with its quotations filled in; what is wrong with it is noted.

    Args:
        path: where it stands in the draft.
        kinds: kinds of entries of which it must rest on at least one; none for any.

    Source: A-7.
    """
    _check_entries(doc, path, kinds, held)
    if _NEXT_SENTENCE.search(_REFERENCE.sub("x", doc.says)):
        hint = "Make each sentence a statement of its own, with its entries."
        held.findings.note("R108", (*path, "says"), expected="one sentence", got=shown(doc.says), hint=hint)
    for word in _figures(_REFERENCE.sub(" ", doc.says), held.names):
        hint = "Quote it from an entry, such as {{1.outcome}}, or leave it out."
        held.findings.note(
            "R103", (*path, "says"), expected="figures quoted from the record", got=repr(word), hint=hint
        )
    return Statement(says=_filled(doc, path, held), entries=doc.entries)


def _check_entries(doc: StatementDoc, path: Path, kinds: Collection[str], held: Settling) -> None:
    if not doc.entries:
        hint = "Add `entries:` with what it rests on, or delete the sentence."
        held.findings.note("R101", path, expected="a sentence with an entry behind it", got=shown(doc.says), hint=hint)
        return
    found = [held.known.linked(entry) for entry in doc.entries]
    for index, (entry, link) in enumerate(zip(doc.entries, found, strict=True)):
        at: Path = (*path, "entries", index)
        if link is None:
            hint = "Name an entry that `ruleout log` lists."
            held.findings.note("R102", at, expected="an entry of the record", got=repr(entry), hint=hint)
        elif why := held.known.stale.get(entry):
            hint = "Rest the sentence on what still counts, or delete it."
            held.findings.note("R106", at, expected="an entry that still counts", got=f"{entry}: {why}", hint=hint)
    got = {link.kind for link in found if link is not None}
    if kinds and got and not got & set(kinds):
        expected = f"an entry of kind {' or '.join(kinds)}"
        hint = "Add one that shows it."
        held.findings.note("R102", (*path, "entries"), expected=expected, got=", ".join(sorted(got)), hint=hint)


def _figures(text: str, names: Collection[str]) -> Iterator[str]:
    """Words that are figures: with a digit in them, or a number in letters; names of the record are none."""
    for match in _WORD.finditer(text):
        word = match[0].strip(".").casefold()
        parts = word.split("-")
        is_figure = any(c.isnumeric() for c in word) or not _NUMBERS.isdisjoint(parts)
        if is_figure and word not in names:
            yield match[0].strip(".")


def _filled(doc: StatementDoc, path: Path, held: Settling) -> str:
    if not doc.entries:  # that it rests on nothing has been told; what it quotes of nothing follows from it
        return doc.says

    def fill(match: re.Match[str]) -> str:
        return _quoted(match, doc, path, held)

    filled = _REFERENCE.sub(fill, doc.says)
    rest = _REFERENCE.sub("", doc.says)
    if "{{" in rest or "}}" in rest:
        hint = "Write {{1.field}} on one line."
        held.findings.note("R104", (*path, "says"), expected="whole references", got=shown(doc.says), hint=hint)
    return filled


def _quoted(match: re.Match[str], doc: StatementDoc, path: Path, held: Settling) -> str:
    """What a reference stands for; itself where something is wrong with it."""
    at: Path = (*path, "says")
    parts = _PARTS.fullmatch(match[1].strip())
    number = 0 if parts is None else int(parts[1] or 1)
    if parts is None or number > len(doc.entries) or (parts[1] is None and len(doc.entries) > 1):
        expected = f"a reference to one of the sentence's {len(doc.entries)} entries"
        hint = "Write {{1.field}} for the first entry's field, {{1.field = value}} to have it checked."
        held.findings.note("R104", at, expected=expected, got=match[0], hint=hint)
        return match[0]
    entry, name = doc.entries[number - 1], parts[2]
    fields: Mapping[str, str] = held.known.fields(entry)
    if name not in fields:
        near = closest(name, fields)
        hint = f"Did you mean {near}?" if near else f"It has: {', '.join(sorted(fields)) or 'nothing to quote'}."
        held.findings.note("R104", at, expected=f"a field of {entry}", got=match[0], hint=hint)
    elif parts[3] is not None and parts[3].strip() != fields[name]:
        hint = "Correct the sentence: the record is what happened."
        held.findings.note("R104", at, expected=f"{name} {fields[name]!r} of {entry}", got=match[0], hint=hint)
    return fields.get(name, match[0])
