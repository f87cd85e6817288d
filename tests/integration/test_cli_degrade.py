# SPDX-License-Identifier: Apache-2.0
"""`ruleout degrade` in a workspace: two persons give, one takes back, the record has all of it, also late (G-7, L-2)."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from datetime import timedelta

import pytest
from tests.integration import test_cli_kill
from tests.integration.command_line import NOW, ROOT, run
from tests.integration.test_cli_kill import Site

from ruleout.app.kill.site import agent_of
from ruleout.app.ledger import read_record
from ruleout.ledger import EntryType

built, place = test_cli_kill.built, test_cli_kill.place
REASON = "the database of a named supplier is moved"


def later(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def propose(place: Site, *more: object, key: str = "duty-kim", until: str = ""):
    return place.run(
        "degrade", "propose", "--gateway", "edge", "--until", until or later(1), "--reason", REASON, "--key", key, "--json", *more
    )  # fmt: skip


def given(place: Site, until: str = "") -> str:
    name = propose(place, until=until).json["proposal"]
    ran = place.run("degrade", "confirm", name, "--key", "duty-lee", "--json")
    assert ran.code == 0, ran.err
    return str(ran.json["digest"])


def silent(place: Site) -> None:
    """The newest epoch cannot be read; the host's agent had accepted it."""
    agent = agent_of(place.site)
    assert agent.step() == ""
    agent.close()
    first = place.site.folder / "epochs" / "0000000001.json"
    first.unlink()
    first.mkdir()


def test_two_persons_give_it_and_the_record_and_the_list_have_it(place) -> None:
    digest = given(place)
    entry = read_record(place.place).of_type(EntryType.KILL)[-1]
    assert entry.content.subject["act"] == "degrade"
    assert entry.content.subject["digest"] == digest
    assert "late" not in entry.content.subject
    assert b"supplier" not in entry.data
    assert read_record(place.place).disclosed(entry)["reason"] == REASON
    listed = place.run("kill", "--list")
    assert listed.code == 0, listed.err
    assert "degraded until" in listed.text
    assert "COUNTS" in listed.text
    assert place.run("kill", "--list", "--json").json["degraded"]["why_not"] == ""
    assert place.run("degrade", "show").code == 0
    logged = place.run("log", "--type", "kill")
    assert f"degrade-{digest[:16]}" in logged.text


def test_one_person_takes_it_back_and_it_does_not_come_back(place) -> None:
    digest = given(place)
    ran = place.run("degrade", "end", "--key", "duty-kim")
    assert ran.code == 0, ran.err
    assert [e.subject["act"] for e in place.kills()][-2:] == ["degrade", "degrade-ends"]
    shown = place.run("degrade", "show")
    assert shown.code == 3
    assert "taken back" in shown.text
    assert place.run("degrade", "end", "--key", "duty-kim").code == 2
    data = place.site.grants.kept(digest).read_bytes()
    place.site.grants.current.write_bytes(data)
    assert place.run("degrade", "show").code == 3


def test_a_new_one_takes_the_place_of_the_one_before(place) -> None:
    before, after = given(place), given(place, later(2))
    assert before != after
    assert place.site.grants.is_ended(before)
    assert place.run("degrade", "show", "--json").json["degraded"]["digest"] == after
    acts = {(e.subject["act"], e.subject["digest"]) for e in place.kills()}
    assert acts >= {("degrade", before), ("degrade-ends", before), ("degrade", after)}


@pytest.mark.parametrize("key", ["duty-kim", "second-kim", "watcher"])
def test_another_person_in_the_role_confirms(place, key: str) -> None:
    name = propose(place).json["proposal"]
    ran = place.run("degrade", "confirm", name, "--key", key)
    assert ran.code == 1, ran.err
    assert place.run("degrade", "show").code == 3


def test_what_a_key_that_has_ended_proposed_is_not_confirmed(place) -> None:
    name = propose(place).json["proposal"]
    stolen = ("--from", "2026-11-23T08:00:00Z", "--reason", "stolen")
    assert place.run("key", "compromise", "duty-kim", *stolen, "--key", "duty-lee").code == 0
    ran = place.run("degrade", "confirm", name, "--key", "duty-lee")
    assert ran.code == 2, ran.err
    assert "has ended" in ran.err
    assert "to be signed" not in ran.err
    assert place.run("degrade", "show").code == 3


def test_a_second_person_sees_what_is_signed_and_signs_nothing_else(place) -> None:
    narrow = propose(place, "--tenant", "acme").json["proposal"]
    ran = place.run("degrade", "confirm", narrow, "--key", "duty-kim")
    assert ran.code == 1
    assert "to be signed: tenants: acme; models: all that permits name" in ran.err
    wide = propose(place, until=later(4)).json["proposal"]
    (place.site.proposals / f"{wide}.json").replace(place.site.proposals / f"{narrow}.json")
    swapped = place.run("degrade", "confirm", narrow, "--key", "duty-lee")
    assert swapped.code == 1
    assert "to be signed" not in swapped.err
    assert place.run("degrade", "show").code == 3


def test_a_machine_proposes_nothing_and_takes_nothing_back(place) -> None:
    assert propose(place, key="watcher").code == 2
    given(place)
    assert place.run("degrade", "end", "--key", "watcher").code == 2
    assert place.run("degrade", "show").code == 0


@pytest.mark.parametrize(("until", "ends"), [("+2h", later(2)), ("+90m", later(1.5)), (later(4), later(4))])
def test_its_end_is_an_instant_or_a_time_from_its_beginning(place, until: str, ends: str) -> None:
    assert propose(place, "--tenant", "b", "--tenant", "a", until=until).json["grant"]["until"] == ends
    later_on = propose(place, "--from", later(24), until="+1h").json["grant"]
    assert (later_on["not_before"], later_on["until"]) == (later(24), later(25))


@pytest.mark.parametrize(
    "more",
    [
        ("--from", "2020-01-01T00:00:00Z", "--until", "2020-01-01T01:00:00Z"),
        ("--until", later(5)), ("--until", later(-1)), ("--until", "soon"), ("--from", later(200), "--until", later(201)),
        ("--until", "+5h"), ("--until", "+0h"), ("--until", "+1d"), ("--until", "2h"), ("--tenant", ""),
        ("--model", "a\n"), ("--gateway", " "), ("--reason", " "),
    ],
)  # fmt: skip
def test_out_of_bounds_nothing_is_proposed(place, more: tuple[str, ...]) -> None:
    ran = propose(place, *more)
    assert ran.code in (1, 2), ran.text
    assert not list(place.site.proposals.glob("*"))


def test_a_proposal_is_of_one_state(place) -> None:
    name = propose(place).json["proposal"]
    place.run("kill", "--tool", "x", "--reason", "x", "--key", "duty-kim", "--wait", 0)
    ran = place.run("degrade", "confirm", name, "--key", "duty-lee")
    assert ran.code == 2, ran.err
    assert "epoch" in ran.err
    assert place.run("degrade", "show").code == 3


def test_a_kill_after_it_ends_it(place) -> None:
    given(place)
    place.run("kill", "--tool", "x", "--reason", "x", "--key", "duty-kim", "--wait", 0)
    listed = place.run("kill", "--list", "--json")
    assert "epoch 2" in listed.json["degraded"]["why_not"]


def test_it_is_given_and_seen_while_the_store_is_silent(place) -> None:
    silent(place)
    assert place.run("kill", "--list").code == 2
    digest = given(place)
    assert place.kills()[-1].subject["digest"] == digest, "the record does not wait for the store"
    shown = place.run("degrade", "show", "--json")
    assert (shown.code, shown.json["degraded"]["why_not"]) == (0, "")
    assert place.run("degrade", "end", "--key", "duty-lee").code == 0


def test_where_nobody_knows_an_epoch_nothing_is_proposed(place) -> None:
    (place.site.folder / "epochs" / "0000000001.json").unlink()
    ran = propose(place)
    assert ran.code == 2
    assert "no epoch" in ran.err


def test_a_record_that_is_locked_gets_the_entries_late(place) -> None:
    name = propose(place).json["proposal"]
    lock = next(path for path in (place.lab.record / "ledger").rglob("*") if "lock" in path.name)
    with lock.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ran = place.run("degrade", "confirm", name, "--key", "duty-lee")
        assert ran.code == 3, ran.err
        assert "NOT in the record yet" in ran.err
        assert place.run("degrade", "end", "--key", "duty-kim").code == 3
    listed = place.run("kill", "--list")
    assert listed.code == 3
    assert "degrade-ends" in listed.text
    assert place.run("drill", "--key", "duty-kim", "--wait", 0).code == 3
    found = [e.subject for e in place.kills() if str(e.subject["act"]).startswith("degrade")]
    assert [(one["act"], one["late"]) for one in found] == [("degrade", True), ("degrade-ends", True)]


def test_a_file_that_nobody_signed_is_no_entry_and_holds_up_none(place) -> None:
    place.site.grants.path.mkdir(parents=True)
    for name in ("grant.json", "0" * 64 + ".json"):
        (place.site.grants.path / name).write_bytes(b"{}")
    listed = place.run("kill", "--list")
    assert listed.code == 0
    assert "counts for nothing" in listed.err
    assert place.run("degrade", "show").code == 1
    assert place.run("drill", "--key", "duty-kim", "--wait", 0).code == 3
    assert not [e for e in place.kills() if str(e.subject["act"]).startswith("degrade")]
    given(place)


def test_other_verifiers_know_the_entry(place) -> None:
    given(place)
    bundle = place.lab.folder / "all.json"
    assert place.run("export", bundle).code == 0
    checked = subprocess.run(
        [sys.executable, ROOT / "tools" / "ruleout_verify.py", bundle], capture_output=True, text=True, check=False
    )
    assert "FAILED" not in checked.stdout, checked.stdout
    assert checked.returncode in (0, 3), checked.stdout + checked.stderr
    assert run("verify", bundle).code in (0, 3)
