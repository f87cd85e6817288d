# SPDX-License-Identifier: Apache-2.0
"""`ruleout kill`, `unkill`, `drill` in a workspace: force first, record after, and what is missing caught up (G-6)."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys

import pytest
from tests.integration.command_line import ROOT, Lab, run, seeds

from ruleout.adapters.kill.view import View
from ruleout.app.kill.proof import wait_for
from ruleout.app.kill.site import agent_of, chain, site_of
from ruleout.app.ledger import read_record
from ruleout.app.workspace import open_workspace
from ruleout.ledger import EntryType
from ruleout.model.canonical import canonical
from ruleout.serving.epoch import Scope, SignedEpoch, from_file

KEYS = {
    "duty-kim": ("kim", "kill"),
    "duty-lee": ("lee", "kill"),
    "second-kim": ("kim", "kill"),
    "watcher": ("m", "monitor"),
}
REASON = "odd calls of a named customer"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kill")
    lab = Lab(folder)
    env = seeds("lab-log", *KEYS)
    assert run("init", lab.record, "--origin", "lab.example/record", "--producer", "lab", env=env).code == 0
    for name, (person, role) in KEYS.items():
        made = lab.run("key", "new", name, "--person", person, "--role", role, env=env)
        assert made.code == 0, made.err
    return lab


class Site:
    """A workspace with its commands and an agent that steps when told to."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.place = lab, open_workspace(lab.record)
        self.site = site_of(self.place, None)

    def run(self, *arguments: object):
        return self.lab.run(*arguments, env=seeds("lab-log", *KEYS))

    def opened(self) -> Site:
        proposed = self.run("unkill", "propose", "--first", "--key", "duty-kim", "--json")
        assert self.run("unkill", "confirm", proposed.json["proposal"], "--key", "duty-lee", "--wait", 0).code == 3
        return self

    def kills(self):
        return [e.content for e in read_record(self.place).of_type(EntryType.KILL)]

    def epoch_in_the_record(self, number: int) -> SignedEpoch:
        """An epoch as its entry's disclosures tell it."""
        record = read_record(self.place)
        told = record.disclosed(record.of_type(EntryType.KILL)[number - 1])
        data = canonical({"document": json.loads(told["document"]), "sigs": json.loads(told["signatures"])})
        return from_file(data)

    def signers(self, number: int) -> list[str]:
        """The names of the keys that signed an epoch, by its entry."""
        return [key_id.partition("+")[0] for key_id, _ in self.epoch_in_the_record(number).sigs]


@pytest.fixture
def place(built, tmp_path):
    return Site(built.copy_to(tmp_path / "lab")).opened()


def test_a_kill_is_in_force_and_in_the_record_and_its_reason_is_not_in_the_header(place):
    ran = place.run("kill", "--tool", "code-execution", "--reason", REASON, "--key", "duty-kim", "--wait", 0, "--json")

    assert ran.code == 3, ran.err  # nobody was asked: no gateway runs here
    assert ran.json["kill"] == "kill-2"
    assert ran.json["recorded"] is True
    entry = read_record(place.place).of_type(EntryType.KILL)[-1]
    assert entry.content.subject["act"] == "kill"
    assert entry.content.subject["kills"] == ("kill-2",)
    assert b"odd calls" not in entry.data
    assert read_record(place.place).disclosed(entry)["reason-kill-2"] == REASON
    listed = place.run("kill", "--list")
    assert listed.code == 0
    assert "tool code-execution" in listed.text


def test_a_reason_that_no_terminal_could_have_meant_holds_up_no_kill(place):
    """A byte of another encoding, as a terminal sends it that is not set to UTF-8."""
    ran = place.run("kill", "--all", "--reason", "d\udce9faut", "--key", "duty-kim", "--wait", 0, "--json")
    assert ran.code == 3, ran.err
    assert ran.json["recorded"] is True
    assert (
        read_record(place.place).disclosed(read_record(place.place).of_type(EntryType.KILL)[-1])["reason-kill-2"]
        == "d?faut"
    )


def test_everybody_acknowledged_is_zero(place):
    agent = agent_of(place.site)
    agent.step()
    ran = place.run("kill", "--all", "--reason", "x", "--key", "duty-kim", "--wait", 0)
    assert ran.code == 1
    assert "OLDER" in ran.text
    agent.step()
    assert wait_for(place.site, 2, timeout_s=0).page == "in-force"
    view = View(place.site.places.page)
    view.standing(Scope())
    # This very process holds a slot and answers on no socket: it is named.
    found = wait_for(place.site, 2, timeout_s=0)
    assert [(one.pid, one.state) for one in found.workers] == [(os.getpid(), "unreachable")]


def test_a_record_that_is_locked_does_not_hold_up_a_kill_and_is_caught_up(place):
    """In force at once; shown as missing; written by the next command, as late, with its reason and who put it in force."""
    lock = next(path for path in (place.lab.record / "ledger").rglob("*") if "lock" in path.name)
    with lock.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = place.run("kill", "--model", "demo", "--reason", REASON, "--key", "duty-kim", "--wait", 0, "--json")
    assert ran.json["recorded"] is False
    assert "NOT in the record yet" in ran.err
    listed = place.run("kill", "--list", "--json")
    assert listed.code == 3
    assert listed.json["without_entry"] == [2]
    assert [kill["name"] for kill in listed.json["state"]["kills"]] == ["demo"]

    assert place.run("drill", "--key", "duty-lee", "--wait", 0).code == 3
    kills = place.kills()
    assert [(k.subject["epoch"], k.subject["act"], k.subject.get("late")) for k in kills] == [
        (1, "unkill", None), (2, "kill", True), (3, "drill", True), (4, "drill-ends", None),
    ]  # fmt: skip
    assert place.epoch_in_the_record(2) == chain(place.site)[1]
    assert [[one.key_id.partition("+")[0] for one in kills[1].sigs], place.signers(2)] == [["duty-lee"], ["duty-kim"]]
    assert place.run("kill", "--list").code == 0


def test_two_persons_give_back_and_one_with_two_keys_does_not(place):
    place.run("kill", "--model", "demo", "--reason", "x", "--key", "duty-kim", "--wait", 0)
    name = place.run("unkill", "propose", "kill-2", "--key", "duty-kim", "--json").json["proposal"]
    for key in ("duty-kim", "second-kim", "watcher"):
        refused = place.run("unkill", "confirm", name, "--key", key)
        assert refused.code == 1, refused.err
    assert "kill-2" in place.run("kill", "--list").text
    assert place.run("unkill", "confirm", name, "--key", "duty-lee", "--wait", 0).code == 3
    assert "nothing is killed" in place.run("kill", "--list").text


def test_a_proposal_that_is_used_up_and_a_second_name_of_the_same_key_say_what_to_do(place):
    """Whoever types the second line twice, or for the first person, learns who is wanted and not a path."""
    place.run("kill", "--tool", "shell", "--reason", REASON, "--key", "duty-kim", "--wait", 0)
    name = place.run("unkill", "propose", "kill-2", "--key", "duty-kim", "--json").json["proposal"]
    same = place.run("unkill", "confirm", name, "--key", "duty-kim", "--wait", 0)
    assert (same.code, "Another person signs" in same.err) == (1, True)
    assert place.run("unkill", "confirm", name, "--key", "duty-lee", "--wait", 0).code == 3
    again = place.run("unkill", "confirm", name, "--key", "duty-lee", "--wait", 0)
    assert (again.code, "It was confirmed" in again.err) == (2, True)


def test_a_surface_that_there_is_not_is_told(place):
    """Killed all the same; but whoever misspelt it must not think that it is off."""
    wrong = place.run(
        "kill", "--surface", "openai-chat", "--reason", REASON, "--key", "duty-kim", "--wait", 0, "--json"
    )
    right = place.run("kill", "--surface", "openai-responses", "--reason", REASON, "--key", "duty-kim", "--wait", 0)
    assert wrong.code == right.code == 3
    assert wrong.json["note"].startswith("no endpoint is called 'openai-chat'; known are: anthropic-messages, mcp-")
    assert "NOTE" not in right.err


def test_no_state_says_who_opens(built):
    assert "`ruleout unkill propose --first`" in " ".join(built.run("kill", "--list").text.split())


def test_a_second_person_sees_what_is_signed(place):
    place.run("kill", "--model", "demo", "--reason", "x", "--key", "duty-kim", "--wait", 0)
    place.run("kill", "--tighten", "requests-per-minute=5", "--key", "watcher", "--wait", 0)
    asked = ("kill-2", "--limit", "requests-per-minute", "--lease", 2000)
    name = place.run("unkill", "propose", *asked, "--key", "duty-kim", "--json").json["proposal"]
    refused = place.run("unkill", "confirm", name, "--key", "duty-kim")
    assert refused.code == 1
    assert [line for line in refused.err.splitlines() if "to be signed" in line] == [
        "to be signed: it ends kill-2: model demo",
        "to be signed: it ends the limit requests-per-minute everybody: at most 5",
        "to be signed: a lease of 2000 ms in place of 1000",
    ]
    other = place.run("unkill", "propose", "kill-2", "--key", "duty-kim", "--json").json["proposal"]
    (place.site.proposals / f"{other}.json").replace(place.site.proposals / f"{name}.json")
    swapped = place.run("unkill", "confirm", name, "--key", "duty-lee")
    assert swapped.code == 1
    assert "to be signed" not in swapped.err
    assert "Somebody has changed it" in swapped.err


def test_a_kill_in_another_store_than_the_gateways_says_so(place):
    agent = agent_of(place.site)
    agent.step()
    folder = place.site.folder / "epochs"
    folder.rename(place.site.folder / "away")
    ran = place.run("kill", "--all", "--reason", "x", "--key", "duty-kim", "--wait", 0)
    assert ran.code == 1
    assert "ANOTHER state" in ran.text
    assert "--store" in ran.text


def test_without_a_worker_nobody_was_asked(place, monkeypatch):
    """The agent steps while the command waits between two looks at the page."""
    agent, at = agent_of(place.site), [0.0]

    def wait(_):
        assert agent.step() == ""
        at[0] += 0.5

    monkeypatch.setattr("ruleout.app.kill.proof.sleep", wait)
    monkeypatch.setattr("ruleout.app.kill.proof.seconds", lambda: at[0])
    ran = place.run("kill", "--all", "--reason", "x", "--key", "duty-kim", "--wait", 2)
    place.site.store.close()
    assert "says this epoch" in ran.text
    assert "nobody was asked" in ran.text
    assert ran.code == 3


def test_a_key_that_has_ended_gives_nothing_back(place):
    place.run("kill", "--model", "demo", "--reason", "x", "--key", "duty-kim", "--wait", 0)
    name = place.run("unkill", "propose", "kill-2", "--key", "duty-kim", "--json").json["proposal"]
    stolen = ("--from", "2026-11-23T08:00:00Z", "--reason", "stolen")
    ended = place.run("key", "compromise", "duty-lee", *stolen, "--key", "duty-kim")
    assert ended.code == 0, ended.err
    assert place.run("unkill", "confirm", name, "--key", "duty-lee").code == 2


def test_what_a_key_that_has_ended_proposed_is_not_confirmed(place):
    """A stolen key proposes, before or after it is told of; the other person has no word on whose proposal it is."""
    place.run("kill", "--model", "demo", "--reason", "x", "--key", "duty-kim", "--wait", 0)
    name = place.run("unkill", "propose", "kill-2", "--key", "duty-kim", "--json").json["proposal"]
    stolen = ("--from", "2026-11-23T08:00:00Z", "--reason", "stolen")
    ended = place.run("key", "compromise", "duty-kim", *stolen, "--key", "duty-lee")
    assert ended.code == 0, ended.err
    refused = place.run("unkill", "confirm", name, "--key", "duty-lee", "--wait", 0)
    assert refused.code == 2, refused.err
    assert "has ended" in refused.err
    assert "to be signed" not in refused.err
    assert "kill-2" in place.run("kill", "--list").text


def test_a_machine_tightens_and_two_persons_loosen(place):
    ran = place.run("kill", "--tighten", "requests-per-minute:agency-a=5", "--key", "watcher", "--wait", 0)
    assert ran.code == 3, ran.err
    assert "at most 5" in place.run("kill", "--list").text
    asked = ("unkill", "propose", "--limit", "requests-per-minute:agency-a", "--key", "duty-kim", "--json")
    name = place.run(*asked).json["proposal"]
    assert place.run("unkill", "confirm", name, "--key", "duty-lee", "--wait", 0).code == 3
    assert [k.subject["act"] for k in place.kills()] == ["unkill", "tighten", "loosen"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--reason", "x"), ("--model", "a", "--tool", "b", "--reason", "x"), ("--model", "a"), ("--model", " ", "--reason", "x"),
        ("--model", "x" * 300, "--reason", "x"), ("--tighten", "warmth=1"), ("--tighten", "requests-per-minute=-1"),
    ],
)  # fmt: skip
def test_bad_input_changes_nothing(place, arguments):
    assert place.run("kill", *arguments, "--key", "duty-kim", "--wait", 0).code == 2
    assert place.run("kill", "--list", "--json").json["state"]["epoch"] == 1


def test_other_verifiers_know_the_entry(place):
    place.run("kill", "--all", "--reason", "x", "--key", "duty-kim", "--wait", 0)
    bundle = place.lab.folder / "all.json"
    assert place.run("export", bundle).code == 0
    checked = subprocess.run(
        [sys.executable, ROOT / "tools" / "ruleout_verify.py", bundle], capture_output=True, text=True, check=False
    )
    assert "FAILED" not in checked.stdout, checked.stdout
    assert checked.returncode in (0, 3), checked.stdout + checked.stderr
    assert run("verify", bundle).code in (0, 3)
