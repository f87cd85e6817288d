# SPDX-License-Identifier: Apache-2.0
"""A key that is known to be somebody else's too gives nothing back and grants nothing; what it takes away is taken (G-6, G-7, L-7)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.gateway_world import World, make_world
from tests.kill_builders import AT, KIM, KIM_TOO, LEE, give, grant, granted, key_id
from tests.ledger_builders import RSO, FakeSigner

from ruleout.adapters.clock import ForwardClock
from ruleout.adapters.kill.agent import Agent
from ruleout.adapters.kill.view import View
from ruleout.app.kill.giving_back import confirm, propose
from ruleout.app.kill.site import chain
from ruleout.app.kill.taking import kill, limit_of, tighten
from ruleout.app.serving.place import read_settings
from ruleout.app.serving.untrusted import FOLDER
from ruleout.errors import RuleoutError
from ruleout.gateway.processes import host, remembering
from ruleout.ledger import EntryType
from ruleout.serving.epoch import Scope, Target
from ruleout.serving.refusal import Why

PLAIN = Scope(model="helper", models=("helper-1",), tenant="acme", endpoint="anthropic-messages", plain=True)


class Host(World):
    """A gateway's host in a folder: its agent, and what it knows of keys."""

    told: host.Compromised

    def agent(self, *, reads: bool = True) -> Agent:
        """The agent as the host's process makes it, once it has read permits' files."""
        self.told = host.Compromised()
        made = host.agent_of(read_settings(self.write()), ForwardClock(), self.told)
        if reads:
            assert self.read() == ""
        return made

    def read(self) -> str:
        """Read settings and files as the host's process does beside its agent."""
        place = read_settings(self.write())
        return remembering.Memory(place, ForwardClock(), lambda: None, self.told.learn).look(again=True)

    def tell(self, signer: FakeSigner) -> None:
        """The record tells that somebody else may have a key, and the permits' files are as of now."""
        told = {
            "vkey": "a+b+c", "roles": ("ceo",), "from": "2026-03-02T00:00:00Z", "compromised_from": "2026-03-01T00:00:00Z",
            "of": key_id(signer), "act": "compromise",
        }  # fmt: skip
        self.log.add(EntryType.KEY, by=RSO, subject=told)
        for permit, (index, one) in self.permits.items():
            self.write_permit(permit, index, one)

    def steal(self, *signers: FakeSigner) -> None:
        self.settings["trust"]["compromised"] = [key_id(one) for one in signers]

    def strike(self, signer: FakeSigner = LEE) -> str:
        """Kill everything; return the kill's id."""
        return kill(self.site(), signer, kind=Target.ALL, name="", reason="odd calls", at=AT)[1]

    def give_back(self, kills: tuple[str, ...], one: FakeSigner, two: FakeSigner) -> None:
        name, _ = propose(self.site(), one, kills=kills, limits=(), lease_ms=1000, at=AT)
        confirm(self.site(), two, name)

    def why(self) -> Why | None:
        view = View(self.site().places.page)
        refusal = view.standing(PLAIN)
        view.close()
        return None if refusal is None else refusal.why


@pytest.fixture
def here(tmp_path: Path) -> Host:
    """One that Kim and Lee have opened."""
    made = make_world(tmp_path, "http://127.0.0.1:9")
    (tmp_path / "state").mkdir()
    return Host(folder=tmp_path, settings=made.settings, log=made.log, permits=made.permits)


@pytest.mark.parametrize("stolen", [(KIM,), (LEE,), (KIM, LEE)], ids=["one", "the other", "both"])
def test_two_give_nothing_back_where_one_signs_by_a_stolen_key(here: Host, stolen: tuple[FakeSigner, ...]) -> None:
    agent = here.agent()
    assert agent.step() == ""
    here.strike()
    assert agent.step() == ""
    here.steal(*stolen)
    assert here.read() == ""
    here.give_back(("kill-2",), KIM, LEE)
    assert "epoch 3" in agent.step()
    assert here.why() is Why.CLOSED
    agent.close()
    assert "epoch 3" in here.agent().step()


def test_what_takes_away_by_a_stolen_key_is_taken(here: Host) -> None:
    agent = here.agent()
    here.steal(KIM, LEE)
    assert agent.step() == ""
    assert here.read() == ""
    tighten(here.site(), KIM, limit=limit_of("requests-per-minute=5"), at=AT)
    assert agent.step() == ""
    assert here.why() is None
    here.strike(KIM)
    assert agent.step() == ""
    assert here.why() is Why.KILLED


def test_what_a_host_accepted_before_it_knew_stays_over_a_restart(here: Host) -> None:
    agent = here.agent()
    assert agent.step() == ""
    agent.close()
    here.steal(KIM, LEE)
    again = here.agent()
    assert again.step() == ""
    assert here.why() is None


def test_a_new_host_opens_once_two_persons_with_sound_keys_have_signed(here: Host) -> None:
    """It cannot know when the first state was signed; one person's word is not enough, and a kill opens nothing."""
    here.steal(KIM)
    agent = here.agent()
    assert "epoch 1" in agent.step()
    here.strike(KIM_TOO)
    assert "epoch 1" in agent.step()
    here.give_back((), KIM, LEE)
    assert "epoch 1" in agent.step()
    assert here.why() is Why.CLOSED
    here.give_back((), KIM_TOO, LEE)
    assert agent.step() == ""
    assert here.why() is Why.KILLED
    here.give_back(("kill-2",), KIM_TOO, LEE)
    assert agent.step() == ""
    assert here.why() is None


def test_a_grant_by_a_stolen_key_ends_at_once(here: Host) -> None:
    """Nor does any count before it is known which keys are stolen."""
    before = here.agent()
    assert before.step() == ""
    before.close()
    agent = here.agent(reads=False)
    assert agent.step() == ""
    asked, state = agent.granted, chain(here.site())[0]
    assert asked is not None
    log = here.settings["trust"]["log-keys"][0].split("+")[0]
    given = give(here.site().grants, granted(grant(state, origin=log)))
    assert asked.current(state) is None
    assert here.read() == ""
    assert asked.current(state) == given
    here.steal(LEE)
    assert here.read() == ""
    assert asked.current(state) is None


def test_a_new_host_opens_only_once_it_knows_what_files_tell(here: Host) -> None:
    """Else it would accept, and for good, what a thief gave back before it was set up."""
    agent = here.agent(reads=False)
    assert "not known yet" in agent.step()
    assert here.why() is Why.CLOSED
    here.tell(KIM)
    assert here.read() == ""
    assert "epoch 1" in agent.step()
    here.give_back((), KIM_TOO, LEE)
    assert agent.step() == ""
    assert here.why() is None


def test_neither_a_start_again_nor_a_kill_waits_for_files(here: Host) -> None:
    before = here.agent()
    assert before.step() == ""
    before.close()
    agent = here.agent(reads=False)
    assert agent.step() == ""
    assert here.why() is None
    here.strike()
    assert agent.step() == ""
    assert here.why() is Why.KILLED


def test_the_host_learns_of_it_while_it_runs_and_remembers(here: Host) -> None:
    """From files, and from settings also where the files do not hold."""
    here.agent()
    assert here.told() == frozenset()
    here.tell(KIM)
    assert here.read() == ""
    assert here.told() == {key_id(KIM)}
    here.agent()
    assert here.told() == {key_id(KIM)}
    here.steal(LEE)
    (here.folder / "floor.json").write_bytes(b"")
    assert here.read() != ""
    assert here.told() == {key_id(KIM), key_id(LEE)}


@pytest.mark.parametrize("broken", ["floor.json", "another permit"])
def test_nothing_is_given_back_by_what_was_known_before_files_told_more_and_did_not_hold(
    here: Host, broken: str
) -> None:
    """One of them that fails leaves nobody served by any; what a thief gives back meanwhile would stay given back."""
    agent = here.agent()
    here.strike()
    assert agent.step() == ""
    here.tell(KIM)
    path = here.folder / (broken if broken == "floor.json" else here.settings["permits"][-1])
    sound = path.read_bytes()
    path.write_bytes(b"")
    assert here.read() != ""
    here.give_back(("kill-2",), KIM, LEE)
    assert agent.step() != ""
    path.write_bytes(sound)
    assert here.read() == ""
    assert "epoch 3" in agent.step()
    assert here.why() is Why.CLOSED


@pytest.mark.parametrize("broken", ["settings", "untrusted"])
def test_what_files_tell_is_learnt_also_while_something_beside_them_cannot_be_read(here: Host, broken: str) -> None:
    """The settings of a reload, by which nobody serves yet, or which bundles are not trusted."""
    here.agent()
    here.tell(KIM)
    if broken == "untrusted":
        (here.folder / "state" / FOLDER).write_bytes(b"")

    def newer() -> None:
        if broken == "settings":
            raise RuleoutError("gateway.yaml: broken")

    memory = remembering.Memory(read_settings(here.write()), ForwardClock(), newer, here.told.learn)
    assert memory.look(again=False) != ""
    assert here.told() == {key_id(KIM)}
