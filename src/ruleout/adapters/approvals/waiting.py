# SPDX-License-Identifier: Apache-2.0
"""Waiting for a person: until an answer that counts, or the deadline, and then the call is denied (G-4).

A restart denies: what an earlier run asked is ended at the start, and its answers fit no question of this run. Several
answers: one denial denies. An answer that does not count leaves the question open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from ruleout.adapters.approvals.folder import ApprovalFolder
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.ledger.signing import Keyring
from ruleout.serving.approvals import Answered, Asking, Said, call_digest, judge_answer
from ruleout.serving.refusal import Refusal, Why

POLL_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A call that needs a person: whose, by which rules, and whether its arguments may be shown."""

    request: str
    tenant: str
    tier: str
    model: str
    tool: str
    arguments: str
    rules: tuple[str, ...]
    show: bool


class Approvals:
    """The questions of one worker. Belongs to one event loop."""

    def __init__(
        self,
        folder: ApprovalFolder,
        *,
        run: str,
        keyring: Callable[[], Keyring],
        roles: Collection[str],
        within_s: float,
    ) -> None:
        """Begin a run: whatever this worker's earlier runs asked has ended. Effect: writes files.

        Args:
            run: `WORKER/NONCE`; the part before the slash stays the same across restarts.
            keyring: the keys that count at the moment of asking.
            roles: roles that may answer.
            within_s: seconds until a question is denied.
        """
        self._folder, self._run, self._keyring = folder, run, keyring
        self._roles, self._within_s = frozenset(roles), within_s
        self._waits: dict[str, tuple[Asking, asyncio.Future[Answered]]] = {}
        self._poller: asyncio.Task[None] | None = None
        worker = run.partition("/")[0]
        for asking in folder.asked():
            if asking.run.partition("/")[0] == worker:
                folder.end(asking, "restart")

    async def ask(self, wanted: Wanted, id_: str, at: datetime) -> Refusal | None:
        """Wait for a person's word on one call: None if it is approved, else the refusal. Effect: writes files, waits.

        Args:
            id_: 32 random hex digits.
            at: aware UTC instant, for the person.
        """
        asking = self._asking(wanted, id_, at)
        loop = asyncio.get_running_loop()
        waits: asyncio.Future[Answered] = loop.create_future()
        ends = loop.time() + self._within_s
        try:
            await self._asked(asking)
        except (RuleoutError, OSError):
            return _refused(asking, "could not be asked about", failed=True)
        self._waits[id_] = (asking, waits)
        self._poll()
        how = "given-up"
        try:
            answered = await asyncio.wait_for(waits, max(0.0, ends - loop.time()))
            # An answer read after the deadline is none, however it came about.
            how = answered.said.value if loop.time() < ends else "deadline"
        except TimeoutError:
            how = "deadline"
        finally:
            self._waits.pop(id_, None)
            how = await self._ended(asking, how)
        # An approval is used up here: the question is gone, from memory and from the folder.
        if how == Said.APPROVE.value:
            return None
        return _refused(asking, _SAYS[how], failed=how == "not-kept")

    def _asking(self, wanted: Wanted, id_: str, at: datetime) -> Asking:
        return Asking(
            id=id_,
            run=self._run,
            request=wanted.request,
            tenant=wanted.tenant,
            tier=wanted.tier,
            model=wanted.model,
            tool=wanted.tool,
            rules=wanted.rules,
            call_sha256=call_digest(wanted.tool, wanted.arguments),
            arguments=wanted.arguments if wanted.show else None,
            asked=at.replace(microsecond=0),
            deadline=at.replace(microsecond=0) + timedelta(seconds=int(self._within_s)),
        )

    async def _asked(self, asking: Asking) -> None:
        """Keep a question, off the loop. Whoever is broken off meanwhile leaves none: it is taken away once it is there."""
        kept = asyncio.ensure_future(asyncio.to_thread(self._folder.ask, asking))
        try:
            await asyncio.shield(kept)
        except asyncio.CancelledError:
            await asyncio.gather(kept, return_exceptions=True)
            await self._ended(asking, "given-up")
            raise

    async def _ended(self, asking: Asking, how: str) -> str:
        """Note how it ended, off the loop, and return it. Whoever is broken off here makes no call, whatever was noted."""
        try:
            await asyncio.to_thread(self._folder.end, asking, how)
        except (RuleoutError, OSError):
            return "not-kept"  # What cannot be noted as used up is not used.
        return how

    def _poll(self) -> None:
        if self._poller is None or self._poller.done():
            self._poller = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while self._waits:
            await asyncio.sleep(POLL_S)
            try:
                answers = await asyncio.to_thread(self._folder.answers_by_id)
            except OSError:
                continue  # Not to be read now: the question stays open until its deadline.
            for id_, (asking, waits) in list(self._waits.items()):
                answered = self._judged(asking, answers.get(id_, []))
                if answered is not None and not waits.done():
                    waits.set_result(answered)

    def _judged(self, asking: Asking, answers: list[bytes]) -> Answered | None:
        counted: list[Answered] = []
        try:
            keyring = self._keyring() if answers else {}
        except RuleoutError:
            return None  # Not to be read now, as while it is replaced: the question stays open.
        for data in answers:
            try:
                counted.append(judge_answer(data, asking, keyring, self._roles))
            except VerificationFailed:
                continue
        denied = next((one for one in counted if one.said is Said.DENY), None)
        return denied or next(iter(counted), None)


_SAYS = {"deny": "was denied by a person", "deadline": "was not approved in time", "not-kept": "could not be kept"}


def _refused(asking: Asking, says: str, *, failed: bool = False) -> Refusal:
    rules, without = ((), asking.rules) if failed else (asking.rules, ())
    return Refusal(
        Why.APPROVAL, f"the call of {asking.tool} {says}", request=asking.request, rules=rules, failed=without
    )
