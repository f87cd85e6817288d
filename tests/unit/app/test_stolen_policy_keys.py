# SPDX-License-Identifier: Apache-2.0
"""A gateway serves by no bundle, and asks no answer, of a key that permits' files, now or before, or its settings tell to be stolen.

Source: G-3, G-4, L-7.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests import gateway_world
from tests.gateway_world import ALL_KEYS, POLICY, World, make_world, trials
from tests.ledger_builders import RSO
from tests.permit_builders import Log
from tests.policy_builders import keyring, signer, tenant

from ruleout.adapters.approvals import ApprovalFolder
from ruleout.adapters.approvals.waiting import Wanted
from ruleout.adapters.limits import create_page
from ruleout.app.serving.load import load_standing, remember
from ruleout.app.serving.place import read_settings
from ruleout.app.serving.standing import Standing
from ruleout.errors import NotFound, RuleoutError, VerificationFailed
from ruleout.gateway.processes.assembly import Assembled, assemble, prepare
from ruleout.ledger import EntryType
from ruleout.ledger.note import verifier_key
from ruleout.policy.bundle import sign_bundle
from ruleout.serving.approvals import Said, answer_bytes
from ruleout.serving.refusal import Refusal

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BOOT = "0" * 36
WANTED = Wanted(
    request="r-1", tenant="acme", tier="standard", model="helper", tool="get_weather", arguments="{}",
    rules=("get_weather/permit",), show=False,
)  # fmt: skip


def key_id(name: str) -> str:
    key = signer(name)
    return verifier_key(key.name, key.public_key).key_id


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """One whose keyring has a second key for tenants' bundles, and one for approvals of calls."""
    more = keyring(policy_new="tenant-policy", approver_ann="tool-approver")
    monkeypatch.setattr(gateway_world, "ALL_KEYS", {**ALL_KEYS, **more})
    (tmp_path / "state").mkdir()
    return make_world(tmp_path, "http://127.0.0.1:9")


def load(world: World, before: Standing | None = None, *, remembers: bool = True) -> Standing:
    """What is served by, remembered as the host does it."""
    place = read_settings(world.write())
    standing = load_standing(place, at=NOW, before=before)
    if remembers:
        remember(place, standing, at=NOW)
    return standing


def tell(log: Log, name: str) -> None:
    """The record tells that somebody else may have a key."""
    told = {
        "vkey": "a+b+c", "roles": ("ceo",), "from": "2026-03-02T00:00:00Z", "compromised_from": "2026-03-01T00:00:00Z",
        "of": key_id(name), "act": "compromise",
    }  # fmt: skip
    log.add(EntryType.KEY, by=RSO, subject=told)


def shown_again(world: World) -> None:
    """The files of permits as of the log now."""
    for permit, (index, one) in world.permits.items():
        world.write_permit(permit, index, one)


def sign_policies(world: World, name: str, version: int) -> None:
    for one in ("acme", "other"):
        bundle = tenant(policy=POLICY, trials=trials((one,)), name=one, about={"tenants": [one]}, version=version)
        (world.folder / f"{one}.json").write_bytes(sign_bundle(bundle, signer(name)))


def issue_later(world: World) -> None:
    """A permit in the place of the first, whose file begins with its own entry: nothing told before is in it."""
    world.issue(id="later")
    world.settings["permits"] = ["permit-later.json"]


@pytest.mark.parametrize("name", ["policy-pia", "floor-fay"])
def test_no_bundle_counts_whose_key_is_told_to_be_compromised(world: World, name: str) -> None:
    """Nobody can say whether it was signed before the theft: a bundle stands in no log."""
    tell(world.log, "policy-new")
    shown_again(world)
    assert load(world).permit_ids == {"general"}

    tell(world.log, name)
    shown_again(world)
    with pytest.raises(VerificationFailed, match="policy-signature"):
        load(world)


@pytest.mark.parametrize("remembers", [True, False])
def test_what_was_told_of_a_key_outlives_the_file_that_told_it(world: World, *, remembers: bool) -> None:
    """In the state folder, and in a worker before anything is written there."""
    tell(world.log, "policy-pia")
    shown_again(world)
    sign_policies(world, "policy-new", 2)
    standing = load(world, remembers=remembers)
    issue_later(world)
    before = None if remembers else standing
    assert load(world, before, remembers=remembers).permit_ids == {"later"}

    sign_policies(world, "policy-pia", 3)
    with pytest.raises(VerificationFailed, match="policy-signature"):
        load(world, before)


def test_settings_tell_of_keys_what_no_file_does(world: World) -> None:
    """A gateway that is new has seen no file of before."""
    tell(world.log, "policy-pia")
    issue_later(world)
    assert load(world).permit_ids == {"later"}

    world.settings["trust"]["compromised"] = [key_id("policy-pia")]
    with pytest.raises(VerificationFailed, match="policy-signature"):
        load(world)
    world.settings["trust"]["compromised"] = ["ceo"]
    with pytest.raises(RuleoutError):
        load(world)


async def approved(parts: Assembled, folder: ApprovalFolder, number: int) -> Refusal | None:
    """What becomes of a call that approver-ann approves."""
    people, id_ = parts.serving.guards.approvals, f"{number:032x}"
    assert people is not None
    waits = asyncio.ensure_future(people.ask(WANTED, id_, NOW))
    while True:
        try:
            asking = folder.question(id_)
            break
        except NotFound:
            await asyncio.sleep(0.01)
    folder.answer(id_, key_id("approver-ann"), answer_bytes(asking, Said.APPROVE, signer("approver-ann")))
    return await waits


def test_nobody_approves_a_call_by_a_stolen_key(world: World) -> None:
    """From the load on that sees the entry; the answer is as good as none."""
    world.settings["approvals"] = {"folder": "calls", "roles": ["tool-approver"], "seconds": 1}
    place = read_settings(world.write())
    prepare(place, lambda path: create_page(path, boot_id=BOOT))
    parts, folder = assemble(place, "test-1", {}, BOOT), ApprovalFolder(world.folder / "calls")
    parts.load(load(world))
    assert asyncio.run(approved(parts, folder, 1)) is None

    tell(world.log, "approver-ann")
    shown_again(world)
    parts.load(load(world))
    refusal = asyncio.run(approved(parts, folder, 2))
    parts.serving.audit.close()

    assert refusal is not None
    assert refusal.rules == WANTED.rules
