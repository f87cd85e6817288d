# SPDX-License-Identifier: Apache-2.0
"""All limits of one worker: asked once before a request is served, settled once after it (G-1, G-4, G-11).

What is not listed is not served: a tenant, model or tool without a line is refused. Tokens of a day are taken before they
are used, by the most that the request may cost, and what was not used comes back: so a day never ends above its limit
by what was under way, unless a provider counts more than was asked for, and then the rest of the day has that less.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ruleout.model.permit import LimitKind
from ruleout.serving.epoch.document import folded
from ruleout.serving.limits.allowance import Allowance
from ruleout.serving.limits.budget import UNLIMITED, Budget
from ruleout.serving.limits.rows import BUCKET_NS, DAY_SPAN, MINUTE_SPAN
from ruleout.serving.limits.store import Store, StoreClosed
from ruleout.serving.refusal import Refusal, Why

_DAY_S = 86_400
_SPARE_STREAMS = 16
#: Of what a line has no counter for; no store has such a row.
_NO_ROW = -1

_UNLISTED = Refusal(Why.NOT_PERMITTED, "no limits are known for this tenant and model", rules=("limits",))


class Line(NamedTuple):
    """Whose counters these are: a tenant and a model by its name in the permit, and the tool, "" for requests."""

    tenant: str
    model: str
    tool: str = ""

    def is_of(self, tenant: str) -> bool:
        """Whether a limit of this tenant, "" for every one, is its own: names are compared as those of kills are. Pure."""
        return not tenant or folded(tenant) == folded(self.tenant)

    @property
    def kinds(self) -> tuple[LimitKind, ...]:
        """What of it is counted in the shared store."""
        return _CALLS if self.tool else _SHARED

    def key(self, kind: LimitKind) -> str:
        """A name of one counter that no other line has: parts are told apart by a byte that no name has."""
        return f"{self.tenant}\0{self.model}\0{self.tool}\0{kind.value}"


class _Counters:
    """The counters of one line."""

    __slots__ = ("budget", "day", "line", "minute", "open", "rows", "spare", "tokens")

    def __init__(self, line: Line, budget: Budget, store: Store, rows: Mapping[LimitKind, int]) -> None:
        self.line, self.budget, self.rows = line, budget, rows
        self.minute = Allowance(
            store, rows[LimitKind.REQUESTS_PER_MINUTE], budget.requests_per_minute, span=MINUTE_SPAN
        )
        self.day = Allowance(store, rows[LimitKind.REQUESTS_PER_DAY], budget.requests_per_day, span=DAY_SPAN)
        self.tokens = Allowance(
            store, rows.get(LimitKind.TOKENS_PER_DAY, _NO_ROW), budget.tokens_per_day, span=DAY_SPAN
        )
        self.open, self.spare = 0, 0

    def tighten(self, budget: Budget) -> bool:
        if budget == self.budget:
            return False
        self.budget = budget
        self.minute.tighten(budget.requests_per_minute)
        self.day.tighten(budget.requests_per_day)
        self.tokens.tighten(budget.tokens_per_day)
        return True


#: Kinds that are counted in the shared store; of a tool, only its calls.
_CALLS = (LimitKind.REQUESTS_PER_MINUTE, LimitKind.REQUESTS_PER_DAY)
_SHARED = (*_CALLS, LimitKind.TOKENS_PER_DAY, LimitKind.CONCURRENT_STREAMS)


def lines_of(budgets: Mapping[Line, Budget]) -> tuple[str, ...]:
    """Return the keys of every shared counter, in order: what a store has to have a row for. Pure."""
    return tuple(line.key(kind) for line in sorted(budgets) for kind in line.kinds)


class Budgets:
    """The limits of one worker. Not for several threads; effects only through the store.

    Attributes:
        generation: changes whenever a limit becomes smaller: what was taken before that is not given back.
    """

    def __init__(self, budgets: Mapping[Line, Budget], store: Store, rows: Mapping[str, int]) -> None:
        """Begin with nothing drawn.

        Args:
            budgets: what each line may have; no other line is served.
            rows: the store's row for each key of `lines_of(budgets)`.
        """
        self._store, self._is_retired, self.generation = store, False, 0
        self._counters = {
            line: _Counters(line, budget, store, {kind: rows[line.key(kind)] for kind in line.kinds})
            for line, budget in budgets.items()
        }

    def take(
        self, tenant: str, model: str, now_ns: int, utc_s: int, *, tokens: int = 0, stream: bool = False, tool: str = ""
    ) -> Refusal | None:
        """Count one request, or one call of a tool, or say why it is over a limit. What is refused counts nothing.

        Args:
            now_ns: a clock that never goes back and does not stop in sleep (CLOCK_BOOTTIME).
            utc_s: seconds of UTC since 1970, for the day.
            tokens: the most that the request may cost, question and answer together; `settle` puts the rest back.
            stream: whether it counts among the streams at once; `settle` ends it, where it `has_place`.

        Returns:
            None if it may go on; else a refusal with the kind of limit and the seconds to wait.
        """
        found = self._counters.get((tenant, model, tool))  # type: ignore[call-overload]  # a Line is such a tuple
        if found is None:
            return _UNLISTED
        if tokens > found.budget.tokens_per_request:
            return _over(LimitKind.TOKENS_PER_REQUEST, found.budget.tokens_per_request, 0)
        bucket, day = now_ns // BUCKET_NS, utc_s // _DAY_S
        took: list[tuple[Allowance, int, int]] = []
        try:
            over = self._taken(found, took, bucket, day, tokens, stream)
        except StoreClosed as closed:
            over = _closed(closed)
        if over is not None:
            for one, window, count in took:
                one.put_back(window, count)
        if over is not None and over.retry_after_s == _DAY_S:
            return over._replace(retry_after_s=_DAY_S - utc_s % _DAY_S)
        return over

    def has_place(self, tenant: str, model: str) -> bool:
        """Whether a stream that was just taken holds one of so many places: it does where there is a limit."""
        found = self._counters.get((tenant, model, ""))  # type: ignore[call-overload]
        return found is not None and found.budget.concurrent_streams < UNLIMITED

    def settle(
        self,
        tenant: str,
        model: str,
        utc_s: int,
        *,
        tokens: int = 0,
        used: int = 0,
        has_place: bool = False,
        generation: int = 0,
    ) -> None:
        """Give back what a request did not use. To be called once for every `take` that returned None.

        What was taken under larger limits is not given back: it would be drawn again without the smaller one being asked.

        Args:
            utc_s: the instant at which it was taken.
            tokens: as they were taken.
            used: tokens that the provider counted, question and answer together.
            has_place: as `has_place` said when it was taken.
            generation: as it was then.
        """
        found = self._counters.get((tenant, model, ""))  # type: ignore[call-overload]
        if found is None:
            return
        if used > tokens or generation == self.generation:
            with contextlib.suppress(
                StoreClosed
            ):  # what is not given back stays counted, what is owed is counted later
                self._settled(found, utc_s // _DAY_S, tokens, used)
        if has_place:
            with contextlib.suppress(StoreClosed):  # it stays here, for the next stream
                self._end_stream(found)

    def tighten(self, limits: Iterable[tuple[LimitKind, str, int]]) -> None:
        """Make limits smaller: (kind, tenant or "" for every one, at most). A larger figure changes nothing."""
        for kind, tenant, at_most in limits:
            for line, found in self._counters.items():
                if line.is_of(tenant):
                    self.generation += found.tighten(found.budget.tightened(kind, at_most))

    def retire(self) -> None:
        """Give back what is drawn and not used: others take over. Streams under way are still to be settled here.

        Effect: on the store; what cannot be given back stays counted.
        """
        self._is_retired = True
        for found in self._counters.values():
            for one in (found.minute, found.day, found.tokens):
                with contextlib.suppress(StoreClosed):
                    one.retire()
            with contextlib.suppress(StoreClosed):
                self._let_go(found)

    def tool_calls(self, tenant: str, model: str, count: int, *, tool: str = "") -> Refusal | None:
        """Say whether one request may have had `count` calls of tools, this one among them."""
        found = self._counters.get((tenant, model, tool))  # type: ignore[call-overload]
        if found is None:
            return _UNLISTED
        most = found.budget.tool_calls_per_request
        return _over(LimitKind.TOOL_CALLS_PER_REQUEST, most, 0) if count > most else None

    def budget(self, tenant: str, model: str, *, tool: str = "") -> Budget | None:
        """Return the limits as they stand now, None for a line that there is not."""
        found = self._counters.get((tenant, model, tool))  # type: ignore[call-overload]
        return None if found is None else found.budget

    def _taken(
        self,
        found: _Counters,
        took: list[tuple[Allowance, int, int]],
        bucket: int,
        day: int,
        tokens: int,
        stream: bool,  # noqa: FBT001
    ) -> Refusal | None:
        """Take of each; what was taken is in `took`, also where this raises StoreClosed."""
        budget = found.budget
        if not found.minute.take(bucket, 1, bucket):
            wait = max(1, found.minute.wait) * (BUCKET_NS // 1_000_000_000)
            return _over(LimitKind.REQUESTS_PER_MINUTE, budget.requests_per_minute, min(wait, 70))
        took.append((found.minute, bucket, 1))
        if not found.day.take(day, 1, bucket):
            return _over(LimitKind.REQUESTS_PER_DAY, budget.requests_per_day, _DAY_S)
        took.append((found.day, day, 1))
        if tokens and not found.tokens.take(day, tokens, bucket):
            return _over(LimitKind.TOKENS_PER_DAY, budget.tokens_per_day, _DAY_S)
        took.append((found.tokens, day, tokens))
        if stream and budget.concurrent_streams < UNLIMITED and not self._begin_stream(found):
            return _over(LimitKind.CONCURRENT_STREAMS, budget.concurrent_streams, 1)
        return None

    def _settled(self, found: _Counters, day: int, tokens: int, used: int) -> None:
        if used < tokens:
            found.tokens.put_back(day, tokens - used)
        else:
            found.tokens.overdraw(day, used - tokens)
        if self._is_retired:  # nobody takes of it here any more
            found.tokens.retire()

    def _begin_stream(self, found: _Counters) -> bool:
        most = found.budget.concurrent_streams
        self._let_go(found)
        if found.spare:
            found.spare -= 1
        elif not self._store.hold(found.rows[LimitKind.CONCURRENT_STREAMS], 1, most):
            return False
        found.open += 1
        return True

    def _end_stream(self, found: _Counters) -> None:
        found.open -= 1
        found.spare += 1
        self._let_go(found)

    def _let_go(self, found: _Counters) -> None:
        """Give places back. Some are kept for the next streams, but few against the limit: other workers need them too.

        None is kept where a limit became smaller: they were had under the larger one.
        """
        is_none_kept = self._is_retired or self.generation > 0
        kept = 0 if is_none_kept else min(_SPARE_STREAMS, found.budget.concurrent_streams // 16)
        if found.spare > kept:
            self._store.release(found.rows[LimitKind.CONCURRENT_STREAMS], found.spare - kept)
            found.spare = kept


def _over(kind: LimitKind, most: int, wait_s: int) -> Refusal:
    says = f"the limit of {most} {kind.value.replace('-', ' ')} is reached"
    return Refusal(Why.LIMIT, says, rules=(kind.value,), retry_after_s=wait_s)


def _closed(closed: StoreClosed) -> Refusal:
    return Refusal(Why.CLOSED, f"limits cannot be counted: {closed.says}", failed=("limits",), retry_after_s=1)
