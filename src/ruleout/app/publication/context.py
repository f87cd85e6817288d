# SPDX-License-Identifier: Apache-2.0
"""What a source of the record is, and what it is asked: the record as of one instant, for one draft (A-7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ruleout.accountability.reporting.fact import Fact
from ruleout.app.ledger import Record
from ruleout.ledger.audience import EVERYBODY, Audience
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
