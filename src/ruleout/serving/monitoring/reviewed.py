# SPDX-License-Identifier: Apache-2.0
"""What reviewers found of requests that were sampled: a file of it -> reviews, or all its problems at once (G-11, S-3).

A review says of one request and one hook whether the hook was right. It counts once: a request that was reviewed stays as
it was found, for a rate from which misses can be taken out again bounds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ruleout.documents.fields import Doc, Id, Line
from ruleout.documents.findings import Findings
from ruleout.documents.places import Document, Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import MAX_BYTES, read_yaml

MOST_BYTES = MAX_BYTES
RequestName = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
#: Verdicts of each hook on a request, by request and hook, as the audit record has them.
Recorded = Mapping[str, Mapping[str, tuple[str, ...]]]
_PASSED = frozenset({"allow", "near"})


class Found(Enum):
    """What a reviewer found. MISS: the hook allowed what it should have denied. FINE: it allowed, rightly. CAUGHT: it denied, rightly."""

    MISS = "miss"
    FINE = "fine"
    CAUGHT = "caught"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One request as reviewed for one hook; `by` is a person's role, a team or a program."""

    request: str
    hook: str
    found: Found
    by: str

    @property
    def counts_for(self) -> tuple[str, str]:
        """What it counts for, once."""
        return self.request, self.hook


class ReviewDoc(Doc):
    """One request that was reviewed for one hook."""

    request: RequestName
    hook: Id
    found: Found
    by: Line


class ReviewedDoc(Doc):
    """A file of reviewed requests."""

    kind: Literal["reviewed"]
    reviewed: Annotated[tuple[ReviewDoc, ...], Field(min_length=1, max_length=10_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a file states, in its order, not yet held against the audit record."""

    document: Document
    reviews: tuple[Review, ...]

    @property
    def requests(self) -> frozenset[str]:
        """The requests that it names."""
        return frozenset(one.request for one in self.reviews)


def read_reviewed(data: bytes, *, file: str) -> Stated:
    """Return what a file states. Pure.

    Raises:
        BadInput: its text or shape is refused; holds its problems in file order.
    """
    document = read_yaml(data, file=file)
    doc = validate(ReviewedDoc, document)
    reviews = tuple(Review(request=one.request, hook=one.hook, found=one.found, by=one.by) for one in doc.reviewed)
    return Stated(document=document, reviews=reviews)


def new_reviews(stated: Stated, recorded: Recorded, filed: Mapping[tuple[str, str], Review]) -> tuple[Review, ...]:
    """Return the reviews that are not filed yet; one that was filed with the same finding is passed over. Pure.

    Args:
        recorded: what the audit record says of the requests that are named.
        filed: what was filed before, by request and hook.

    Raises:
        BadInput: a request stands twice, was found otherwise before, is not in the audit record, or the hook said there
            what does not fit; holds every problem in file order.
    """
    findings, seen = Findings(stated.document), dict[tuple[str, str], Review]()
    for index, one in enumerate(stated.reviews):
        at: Path = ("reviewed", index)
        before = seen.get(one.counts_for) or filed.get(one.counts_for)
        if one.counts_for in seen or (before is not None and before.found is not one.found):
            _note_again(findings, at, before)
        for field, expected, got, hint, id_ in _against_the_record(one, recorded):
            findings.note(id_, (*at, field), expected=expected, got=got, hint=hint)
        seen[one.counts_for] = one
    findings.raise_any()
    return tuple(one for one in stated.reviews if one.counts_for not in filed)


def _note_again(findings: Findings, at: Path, before: Review | None) -> None:
    got = f"a second one, after {before.found.value!r}" if before else "a second one"
    hint = "Leave it out: what was found once stays."
    findings.note("T007", (*at, "request"), expected="one review of a request for each hook", got=got, hint=hint)


def _against_the_record(one: Review, recorded: Recorded) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield what does not fit: field, expected, got, hint, id."""
    hooks = recorded.get(one.request)
    if hooks is None:
        hint = "Take the id from `ruleout audit query`, of the gateway's own audit folder."
        yield "request", "a request of the audit record", repr(one.request), hint, "T008"
        return
    said = hooks.get(one.hook)
    if said is None:
        got = f"verdicts of {', '.join(sorted(hooks))}" if hooks else "no verdict of a hook"
        yield "hook", "a hook that was asked about this request", got, "Name one that was asked.", "T008"
        return
    passed = _PASSED.issuperset(said)
    if one.found is Found.CAUGHT and "deny" not in said:
        hint = "It is `miss` or `fine` where the hook allowed it; a hook that failed caught nothing."
        yield "found", "a request that the hook denied", _words(said), hint, "T009"
    elif one.found is not Found.CAUGHT and not passed:
        hint = "It is `caught` if rightly denied; a false alarm is no miss: leave it out."
        yield "found", "a request that the hook allowed", _words(said), hint, "T009"


def _words(said: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(said))
