# SPDX-License-Identifier: Apache-2.0
"""A person's answer counts for exactly one call, once, in time; all else denies (G-4)."""

from __future__ import annotations

import asyncio
import base64
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.integration.command_line import seed_of

from ruleout.adapters.approvals import ApprovalFolder, Approvals
from ruleout.adapters.approvals.waiting import Wanted
from ruleout.adapters.keys import KeySigner
from ruleout.errors import NotFound, RuleoutError, VerificationFailed
from ruleout.ledger.note import verifier_key
from ruleout.ledger.signing import Holder
from ruleout.serving.approvals import Said, answer_bytes, asking_bytes, parse_asking
from ruleout.serving.refusal import Why

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def seeded_signer(name):
    return KeySigner(name, base64.b64decode(seed_of(name)))


def holder(signer, role):
    key = verifier_key(signer.name, signer.public_key)
    return Holder(key=key, person=signer.name, roles=(role,), since="2026-01-01T00:00:00Z")


ANN, BOB, EVE = (seeded_signer(name) for name in ("ann", "bob", "eve"))
RING = {h.key.key_id: h for h in (holder(ANN, "tool-approver"), holder(BOB, "tool-approver"), holder(EVE, "recorder"))}
IDS = tuple(f"{n:032x}" for n in range(1, 9))
WANTED = Wanted(
    request="r-1", tenant="acme", tier="standard", model="lumen-2", tool="bash", arguments='{"command":"ls"}',
    rules=("bash/tier",), show=True,
)  # fmt: skip


def key_of(signer):
    return next(key for key in RING if key.startswith(signer.name + "+"))


class Desk:
    """A folder, a gateway's worker on it, and the people who answer."""

    def __init__(self, tmp_path, within_s=60.0, run="worker-0/a"):
        self.folder = ApprovalFolder(tmp_path)
        self.folder.make()
        self.gateway = Approvals(self.folder, run=run, keyring=lambda: RING, roles=["tool-approver"], within_s=within_s)

    def ask(self, id_=IDS[0], wanted=WANTED):
        return asyncio.ensure_future(self.gateway.ask(wanted, id_, AT))

    async def asked(self, id_=IDS[0]):
        while True:
            try:
                return self.folder.question(id_)
            except NotFound:
                await asyncio.sleep(0.01)

    def say(self, asking, said, signer, *, to=None):
        data = answer_bytes(asking, said, signer)
        self.folder.answer(to or asking.id, key_of(signer), data)
        return data


def test_an_approval_lets_exactly_one_call_go_on_and_is_used_up(tmp_path):
    """The question is gone from the folder, and the same answer put there again is for nothing."""

    async def scenario():
        desk = Desk(tmp_path)
        waits = desk.ask()
        data = desk.say(await desk.asked(), Said.APPROVE, ANN)
        first = await waits
        left = list(desk.folder.answers.iterdir()), desk.folder.asked()
        again = Desk(tmp_path, within_s=0.3, run="worker-0/b")
        waits = again.ask(IDS[0])
        await again.asked()
        again.folder.answer(IDS[0], key_of(ANN), data)
        return first, left, await waits

    first, left, again = asyncio.run(scenario())
    assert first is None
    assert left == ([], ())
    assert (again.why, again.rules) == (Why.APPROVAL, ("bash/tier",))


def test_a_disk_that_is_slow_to_note_an_end_holds_up_no_other(tmp_path, monkeypatch):
    """The loop goes on meanwhile; the call goes on only once it is noted that its approval is used up."""
    goes_on = threading.Event()

    async def scenario():
        desk = Desk(tmp_path)
        end = desk.folder.end
        monkeypatch.setattr(ApprovalFolder, "end", lambda _, *told: goes_on.wait(60) and end(*told))
        waits = desk.ask()
        desk.say(await desk.asked(), Said.APPROVE, ANN)
        for _ in range(100):
            await asyncio.sleep(0.01)
        was_done = waits.done()
        goes_on.set()
        return was_done, await asyncio.wait_for(waits, 60), desk.folder.asked()

    assert asyncio.run(scenario()) == (False, None, ())


def test_a_call_that_is_broken_off_while_it_waits_is_noted_as_given_up(tmp_path):
    """As by a kill: the question is gone, so nobody approves it any more."""

    async def scenario():
        desk = Desk(tmp_path)
        waits = desk.ask()
        await desk.asked()
        waits.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waits
        return desk.folder.asked(), (desk.folder.ended / f"{IDS[0]}.json").read_text()

    left, note = asyncio.run(scenario())
    assert left == ()
    assert '"given-up"' in note


def test_a_call_that_is_broken_off_while_its_question_is_kept_leaves_none(tmp_path, monkeypatch):
    """Else people would be asked about calls that are no more, until so many wait that no other is asked about."""
    begun, goes_on = threading.Event(), threading.Event()

    async def scenario():
        desk = Desk(tmp_path)
        ask = desk.folder.ask
        monkeypatch.setattr(ApprovalFolder, "ask", lambda _, one: (begun.set(), goes_on.wait(10), ask(one)))
        waits = desk.ask()
        await asyncio.to_thread(begun.wait, 10)
        waits.cancel()
        await asyncio.sleep(0.05)
        goes_on.set()
        with pytest.raises(asyncio.CancelledError):
            await waits
        await asyncio.get_running_loop().shutdown_default_executor()
        return desk.folder.asked(), (desk.folder.ended / f"{IDS[0]}.json").is_file()

    assert asyncio.run(scenario()) == ((), True)


@pytest.mark.parametrize(
    "other", [{"arguments": '{"command":"rm"}'}, {"tenant": "zenith"}, {"tool": "sh"}, {"tier": "trial"}], ids=str
)
def test_an_answer_to_another_call_is_none(tmp_path, other):
    """Other arguments, tenant, tool or tier, under the same id: the signature does not fit."""

    async def scenario():
        desk = Desk(tmp_path, within_s=0.3)
        waits = desk.ask(wanted=replace(WANTED, **other))
        asking = await desk.asked()
        meant = desk.gateway._asking(WANTED, IDS[0], AT)
        assert asking != meant
        desk.say(meant, Said.APPROVE, ANN)
        return await waits

    assert asyncio.run(scenario()).why is Why.APPROVAL


def test_nobody_without_the_role_nobody_unknown_and_no_changed_answer_counts(tmp_path):
    """Each leaves the question open until its deadline; then it is denied."""

    async def scenario():
        desk = Desk(tmp_path, within_s=0.5)
        waits = desk.ask()
        asking = await desk.asked()
        desk.say(asking, Said.APPROVE, EVE)
        denial = answer_bytes(asking, Said.DENY, ANN)
        (desk.folder.answers / f"{asking.id}.00000001.json").write_bytes(denial.replace(b'"deny"', b'"approve"'))
        (desk.folder.answers / f"{asking.id}.00000002.json").write_bytes(
            answer_bytes(asking, Said.APPROVE, seeded_signer("mal"))
        )
        (desk.folder.answers / f"{asking.id}.00000003.json").write_bytes(b"{")
        return await waits

    refused = asyncio.run(scenario())
    assert "in time" in refused.says


def test_a_denial_beside_an_approval_denies(tmp_path):
    """Whoever came first."""

    async def scenario():
        desk = Desk(tmp_path)
        waits = desk.ask()
        asking = await desk.asked()
        both = [answer_bytes(asking, Said.APPROVE, ANN), answer_bytes(asking, Said.DENY, BOB)]
        judged = [desk.gateway._judged(asking, answers).said for answers in (both, both[::-1], both[:1])]
        desk.say(asking, Said.DENY, BOB)
        return judged, await waits

    judged, refused = asyncio.run(scenario())
    assert judged == [Said.DENY, Said.DENY, Said.APPROVE]
    assert "denied by a person" in refused.says


def test_an_answer_after_the_deadline_does_nothing(tmp_path):
    """The question has ended; nothing waits that it could be an answer to."""

    async def scenario():
        desk = Desk(tmp_path, within_s=0.15)
        waits = desk.ask()
        asking = await desk.asked()
        refused = await waits
        desk.say(asking, Said.APPROVE, ANN)
        return refused, desk.folder.asked()

    refused, left = asyncio.run(scenario())
    assert "in time" in refused.says
    assert left == ()


def test_a_restart_denies_what_waited_and_leaves_other_workers_alone(tmp_path):
    """What this worker asked before has ended, by a note; an answer to it fits no question of the new run."""

    async def scenario():
        old, other = Desk(tmp_path), Desk(tmp_path, run="worker-1/z")
        waits, others = old.ask(), other.ask(IDS[1])
        asking = await old.asked()
        await other.asked(IDS[1])
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
        old.folder.ask(asking)  # as if the process had been killed before it could tidy up
        new = Desk(tmp_path, run="worker-0/b")
        left = [one.id for one in new.folder.asked()]
        others.cancel()
        await asyncio.gather(others, return_exceptions=True)
        return left, (new.folder.ended / f"{IDS[0]}.json").read_text()

    left, note = asyncio.run(scenario())
    assert left == [IDS[1]]
    assert '"restart"' in note


def test_a_key_answers_once_and_a_folder_that_is_gone_denies(tmp_path):
    """The second answer is refused; a question that cannot be kept is asked of nobody."""

    async def scenario():
        desk = Desk(tmp_path / "a")
        waits = desk.ask()
        asking = await desk.asked()
        desk.say(asking, Said.DENY, ANN)
        with pytest.raises(RuleoutError):
            desk.say(asking, Said.APPROVE, ANN)
        await waits
        gone = Desk(tmp_path / "b")
        gone.folder.waiting.rmdir()
        return await gone.ask()

    refused = asyncio.run(scenario())
    assert (refused.why, refused.failed) == (Why.APPROVAL, ("bash/tier",))


def test_arguments_are_kept_only_where_they_may_be_shown_and_fit_the_digest(tmp_path):
    """Without, the digest alone; a file whose arguments are others is no question."""
    desk = Desk(tmp_path)
    hidden = desk.gateway._asking(replace(WANTED, show=False), IDS[0], AT)
    shown = desk.gateway._asking(WANTED, IDS[0], AT)

    assert b"command" not in asking_bytes(hidden)
    assert hidden.call_sha256 == shown.call_sha256
    assert parse_asking(asking_bytes(shown)) == shown
    with pytest.raises(VerificationFailed):
        parse_asking(asking_bytes(shown).replace(b"ls", b"rm"))


def test_a_keyring_that_cannot_be_read_for_a_moment_leaves_the_question_open(tmp_path):
    """As while it is being replaced: an answer counts once the keyring is there again, of this call and of those after it."""
    fails = threading.Event()
    fails.set()

    async def scenario():
        desk = Desk(tmp_path, within_s=30)
        looked = asyncio.Event()

        def keyring():
            looked.set()
            if fails.is_set():
                raise NotFound("keyring.yaml: no such keyring", hint="Check the path.")
            return RING

        desk.gateway._keyring = keyring
        waits = desk.ask()
        desk.say(await desk.asked(), Said.APPROVE, ANN)
        await looked.wait()
        fails.clear()
        return await waits

    assert asyncio.run(scenario()) is None
