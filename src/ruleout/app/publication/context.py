# SPDX-License-Identifier: Apache-2.0
"""What a source of the record is, and what it is asked: the record as of one instant, for one draft (A-7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ruleout.accountability.reporting.fact import Fact
from ruleout.app.ledger import Record
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
    """A named reading of the record: what it tells, its columns with their titles, and the reading."""

    says: str
    columns: Mapping[str, str]
    read: Callable[[Context], Iterable[Fact]]


def titled(names: str) -> Mapping[str, str]:
    """Return columns whose titles are their names with spaces for hyphens. Pure."""
    return {name: name.replace("-", " ") for name in names.split()}
