# SPDX-License-Identifier: Apache-2.0
"""What was found of a framework: per property, place by place, with the state in which it shows. Values only.

A *finding* is not a failure: the property holds but for an exception that the document itself makes, and where a state
shows that, it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ruleout.analysis.witness import Witness


class Status(Enum):
    """Proved; holds but for an exception the document makes; failed; or not settled in time."""

    PROVED = "proved"
    FINDING = "finding"
    FAILED = "failed"
    NOT_PROVED = "not-proved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One property in one place.

    Attributes:
        property: the property's id.
        subject: the activity or clause it was tried for.
        status: what came of it.
        clauses: ids of the clauses at fault; empty where it is proved.
        says: what is wrong, in words; empty where it is proved.
        witness: the state in which it shows; None where no state is needed or none exists.
    """

    property: str
    subject: str
    status: Status = Status.PROVED
    clauses: tuple[str, ...] = ()
    says: str = ""
    witness: Witness | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One property: its stable id, what it says in one sentence, and what came of it in each place."""

    id: str
    says: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Everything tried on one framework.

    Attributes:
        framework: `name@version`.
        digest: SHA-256 of the encoding it was tried on.
        timeout_ms: milliseconds the solver had for one question.
        tried: the properties, in their order.
    """

    framework: str
    digest: str
    timeout_ms: int
    tried: tuple[Tried, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """Every result, in order."""
        return tuple(result for each in self.tried for result in each.results)

    def with_status(self, status: Status) -> tuple[Result, ...]:
        """The results of one kind, in order."""
        return tuple(result for result in self.results if result.status is status)
