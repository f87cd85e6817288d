# SPDX-License-Identifier: Apache-2.0
"""What a source of the record is, and what it is asked: the record as of one instant, for one draft (A-7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ruleout.accountability.reporting.fact import Fact
from ruleout.accountability.reporting.publication import Hole
from ruleout.app.ledger import Record
from ruleout.app.publication.holes import hole_in
from ruleout.ledger.audience import EVERYBODY, Audience
from ruleout.ledger.holes import Explanations, explanations_in
from ruleout.ledger.redaction import Redaction
from ruleout.model.duty import Regime


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a source is asked.

    Attributes:
        record: up to `at`; later entries are not in it.
        at: aware instant of publication.
        since: aware instant of the last document of the kind; None if there is none: everything is new then.
        models: those that the document covers.
        laws: every regime at hand.
        report, kind: the document's id and kind.
        audiences: for whom the document is made: nothing that one of them may not read belongs in it.
        framework: the version that the document is about, as `name@version`; "" for none.
        draft: SHA-256 (hex) of the draft's file, which approvals of it sign.
        hidden_by_now: redactions that stand while the document is made, whatever `at` is.
    """

    record: Record
    at: datetime
    since: datetime | None
    models: frozenset[str]
    laws: tuple[Regime, ...]
    report: str
    kind: str
    draft: str
    audiences: frozenset[Audience] = EVERYBODY
    framework: str = ""
    hidden_by_now: tuple[Redaction, ...] = ()

    def explanations(self) -> Explanations:
        """What the record says of what is hidden, as of `at` or by now: what is hidden stands in nothing made later (A-8).

        Effect: reads reasons.
        """
        then = explanations_in(self.record.entries, self.record.object)
        return Explanations((*then.redactions, *self.hidden_by_now), then.erasures)

    def is_new(self, instant: datetime) -> bool:
        """Whether something happened after the last document of the kind."""
        return self.since is None or instant > self.since


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A named reading of the record: what it tells, its columns with their titles, and the reading.

    Attributes:
        words: what its first entry names or discloses, and the columns tell, but for those of headers; "" where `read` sees to it.
        headers: columns that stand in headers or follow from them, which are for everybody.
    """

    says: str
    columns: Mapping[str, str]
    read: Callable[[Context], Iterable[Fact]]
    words: str = ""
    headers: frozenset[str] = frozenset()

    def told(self, ask: Context) -> Iterator[Fact]:
        """Yield what it tells the document's readers: what a redaction hides from one of them is a hole. Effect: as `read`."""
        explanations = ask.explanations()
        if not (self.words and explanations.redactions):
            yield from self.read(ask)
            return
        entries = {entry.content.id: entry for entry in ask.record.entries}
        for fact in self.read(ask):
            first = entries[fact.entries[0]]
            hole = hole_in(first, self.words, ask.record, explanations, ask.audiences, by_default=False)
            yield fact if hole is None else self._hidden(fact, hole)

    def _hidden(self, fact: Fact, hole: Hole) -> Fact:
        hidden = {name: hole for name in self.columns if name not in self.headers}
        return replace(fact, values={**fact.values, **dict.fromkeys(hidden, "")}, hidden={**hidden, **fact.hidden})


def titled(names: str) -> Mapping[str, str]:
    """Return columns whose titles are their names with spaces for hyphens. Pure."""
    return {name: name.replace("-", " ") for name in names.split()}
