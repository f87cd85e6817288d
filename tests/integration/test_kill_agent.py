# SPDX-License-Identifier: Apache-2.0
"""The host's agent over every kind of bad state, store and disk: closed, or not renewed, and never back (G-6, G-7)."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.kill_builders import AT, KEYRING, KIM, LEE, WATCH, epoch, opened, signed
from tests.kill_processes import SCOPE

from ruleout.adapters.durable_file import SystemFiles
from ruleout.adapters.kill.agent import Agent
from ruleout.adapters.kill.file_store import FileStore
from ruleout.adapters.kill.host import boottime_ns
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.store import Conflict, StoreUnavailable
from ruleout.adapters.kill.view import View
from ruleout.app.kill.giving_back import confirm, proposal_path, propose
from ruleout.app.kill.site import agent_of, chain, digest_of
from ruleout.app.kill.taking import change, following, kill, limit_of, tighten
from ruleout.errors import KeyUnavailable, RuleoutError, VerificationFailed
from ruleout.model.canonical import canonical
from ruleout.model.permit import LimitKind
from ruleout.serving.epoch import KEPT_FREE, MOST_BYTES, Target, TightLimit, to_file
from ruleout.serving.epoch import page as layout
from ruleout.serving.epoch.page import DEADLINE
from ruleout.serving.refusal import Why


class FullDisk(SystemFiles):
    """A disk without room from the first write on."""

    def write(self, fd: int, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")


class TightDisk(SystemFiles):
    """A disk without room until the reserve is given up."""

    def __init__(self, reserve) -> None:
        self._reserve = reserve

    def write(self, fd: int, data: bytes) -> None:
        if self._reserve.exists():
            raise OSError(errno.ENOSPC, "no space left on device")
        super().write(fd, data)


class Looking(SystemFiles):
    """A disk that notes which epoch the page holds whenever something is written."""

    def __init__(self, page) -> None:
        self._page, self.seen = page, []

    def write(self, fd: int, data: bytes) -> None:
        self.seen.append(Page(self._page).read()[1])
        super().write(fd, data)


class NoNames(SystemFiles):
    """A disk that has room for files and none for their names."""

    def sync(self, fd: int) -> None:
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            raise OSError(errno.ENOSPC, "no space left on device")
        super().sync(fd)


class NothingGoes(SystemFiles):
    """A full disk of a file system that copies on write: to remove a file needs room too."""

    def remove(self, path: Path) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")


class Overtaken(SystemFiles):
    """A disk on which something else is done just before the first write."""

    def __init__(self, first) -> None:
        self._first = [first]

    def write(self, fd: int, data: bytes) -> None:
        if self._first:
            self._first.pop()()
        super().write(fd, data)


class Early:
    """A store that notes what stands beside it when an epoch is appended."""

    def __init__(self, store, folder) -> None:
        self._store, self._folder, self.seen = store, folder, []

    def append(self, number, data):
        self.seen = [path.name for path in (self._folder / "words").glob("*")]
        self._store.append(number, data)

    def newest(self):
        return self._store.newest()


class Silent:
    """A store that does not answer."""

    def newest(self):
        raise StoreUnavailable("no answer")


def first_file(site):
    return site.folder / "epochs" / "0000000001.json"


def renewed(site, agent):
    """What the page says under a lease of now: the lease may have ended since the step before on a machine that was busy."""
    for _ in range(10):
        assert agent.step() == ""
        found = View(site.places.page).standing(SCOPE)
        if found is None or found.why is not Why.LEASE:
            return found
    return found


def a_kill(site, **more):
    return kill(site, KIM, **{"kind": Target.MODEL, "name": "demo", "reason": "why", "at": AT, **more})


SPOILT = {
    "no state": lambda site: first_file(site).unlink(),
    "garbage": lambda site: first_file(site).write_bytes(b"\xff" * 100),
    "empty": lambda site: first_file(site).write_bytes(b""),
    "too large": lambda site: first_file(site).write_bytes(b"{" * 100_000),
    "unknown schema": lambda site: first_file(site).write_bytes(
        first_file(site).read_bytes().replace(b"epoch/1", b"epoch/2")
    ),
    "bad signature": lambda site: first_file(site).write_bytes(
        first_file(site).read_bytes().replace(b":1000", b":2000")
    ),
    "one person": lambda site: first_file(site).write_bytes(to_file(signed(epoch(), KIM))),
    "no person": lambda site: first_file(site).write_bytes(to_file(signed(epoch()))),
    "a machine": lambda site: first_file(site).write_bytes(to_file(signed(epoch(), KIM, WATCH))),
    "a gap": lambda site: first_file(site).rename(first_file(site).with_name("0000000002.json")),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_closed_at_boot_over_every_bad_state(tmp_path, spoil):
    site = opened(tmp_path)
    spoil(site)
    agent = agent_of(site)

    assert agent.step()
    assert View(site.places.page).standing(SCOPE).why in (Why.CLOSED, Why.LEASE)
    assert not Page(site.places.page).is_leased()


def test_why_it_is_closed_names_files_and_not_where_they_lie(tmp_path):
    """Clients read it. The agent's own word is whole."""
    site = opened(tmp_path)

    def keyring():
        raise RuleoutError(f"{tmp_path}/a folder/keyring.yaml: cannot be read")

    agent = agent_of(replace(site, keyring=keyring))
    assert str(tmp_path) in agent.step()
    says = View(site.places.page).standing(SCOPE).says
    assert says == "This gateway is closed: keyring.yaml: cannot be read"


def test_open_over_a_good_one(tmp_path):
    """The test above can fail: the same state, not spoilt, opens."""
    site = opened(tmp_path)
    assert renewed(site, agent_of(site)) is None


def test_an_older_epoch_is_closed_also_after_a_restart(tmp_path):
    site = opened(tmp_path)
    before = agent_of(site)
    a_kill(site)
    assert before.step() == ""
    before.close()
    (tmp_path / "epochs" / "0000000002.json").unlink()

    again = agent_of(site)
    assert "epoch 2 or later" in again.step()
    assert View(site.places.page).standing(SCOPE).why is Why.CLOSED


def test_another_history_under_the_same_numbers_is_closed(tmp_path):
    site = opened(tmp_path)
    before = agent_of(site)
    before.step()
    before.close()
    first_file(site).write_bytes(to_file(signed(epoch(lease_ms=2000), KIM, LEE)))

    assert "seen before" in agent_of(site).step()


def test_a_state_that_goes_wrong_while_it_runs_closes_and_comes_back(tmp_path):
    site = opened(tmp_path)
    agent = agent_of(site)
    agent.step()
    view, good = View(site.places.page), first_file(site).read_bytes()
    first_file(site).write_bytes(b"garbage")
    assert agent.step()
    assert view.standing(SCOPE).why is Why.CLOSED
    first_file(site).write_bytes(good)
    assert renewed(site, agent) is None


def test_a_silent_store_ends_the_lease_and_nothing_else(tmp_path):
    site = opened(tmp_path)
    agent = agent_of(site)
    agent.step()
    view, began = View(site.places.page), time.monotonic()
    page = Page(site.places.page)
    until = page.words[DEADLINE]
    agent.store = Silent()
    while view.standing(SCOPE) is None:
        assert "silent" in agent.step()
        assert page.words[DEADLINE] == until
        assert time.monotonic() - began < 60
        time.sleep(0.01)
    assert view.standing(SCOPE).why is Why.LEASE
    assert boottime_ns() >= until
    agent.store = site.store
    assert renewed(site, agent) is None


def test_a_full_disk_of_the_agent_never_stands_before_a_kill(tmp_path):
    """It cannot keep what it has seen: a kill takes hold all the same, what gives back does not."""
    site = opened(tmp_path)
    agent = Agent(store=site.store, places=site.places, keyring=lambda: KEYRING)
    agent.step()
    agent.ops = FullDisk()
    a_kill(site, kind=Target.ALL, name="")
    assert renewed(site, agent).why is Why.KILLED

    name, _ = propose(site, KIM, kills=("kill-2",), limits=(), lease_ms=None, at=AT)
    confirm(site, LEE, name)
    assert "room" in agent.step()
    assert View(site.places.page).standing(SCOPE).why is Why.CLOSED


def test_a_kill_is_on_the_page_before_the_agent_writes_and_what_gives_back_after(tmp_path):
    """A disk that is slow holds up what gives back, and no kill; either is kept on disk."""
    site = opened(tmp_path)
    agent = Agent(store=site.store, places=site.places, keyring=lambda: KEYRING)
    agent.step()
    disk = agent.ops = Looking(site.places.page)
    a_kill(site)
    assert agent.step() == ""
    assert disk.seen == [2]
    assert b'"epoch":2' in site.places.highest.read_bytes()
    name, _ = propose(site, KIM, kills=("kill-2",), limits=(), lease_ms=None, at=AT)
    confirm(site, LEE, name)
    assert agent.step() == ""
    assert disk.seen == [2, 2]
    assert b'"epoch":3' in site.places.highest.read_bytes()


class Nudged(SystemFiles):
    """A disk that notes at each sync what it is of, and whether a watcher has been nudged by then."""

    def __init__(self, watcher) -> None:
        self._watcher, self.seen = watcher, []

    def sync(self, fd: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(fd).st_mode) else "file"
        self.seen.append((kind, self._watcher.watch(0)))
        super().sync(fd)


def test_a_kill_waits_for_its_bytes_on_disk_and_not_for_its_name(tmp_path):
    """Agents are told once it can be found whole; whoever kills hears of it when all of it is on disk."""
    site = opened(tmp_path)
    watcher = FileStore(tmp_path / "epochs")
    watcher.watch(0)
    disk = Nudged(watcher)
    a_kill(replace(site, store=FileStore(tmp_path / "epochs", disk)))
    watcher.close()
    assert disk.seen == [("file", False), ("folder", True)]


def test_a_kill_does_not_wait_for_its_words(tmp_path):
    site = opened(tmp_path)
    store = Early(site.store, tmp_path)
    done, _ = a_kill(replace(site, store=store))
    assert store.seen == []
    assert site.words(done.epoch.kills[0].reason) == "why"


def test_a_kill_has_room_of_its_own_on_a_full_disk(tmp_path):
    site = opened(tmp_path)
    reserve = tmp_path / "epochs" / "reserve"
    assert reserve.stat().st_size > 65536
    site.store._ops = TightDisk(reserve)
    assert a_kill(site)[0].epoch.number == 2
    site.store._ops = FullDisk()
    with pytest.raises(StoreUnavailable, match="full"):
        a_kill(site)
    assert len(chain(site)) == 2


def test_one_of_two_at_once_is_first_and_both_take_hold(tmp_path):
    site = opened(tmp_path)
    data = to_file(signed(epoch(2, chain(site)[0].digest), KIM))
    site.store.append(2, data)
    with pytest.raises(Conflict):
        site.store.append(2, data)
    code = "import sys; from pathlib import Path; from tests.kill_builders import *; from ruleout.app.kill.taking import kill; from ruleout.serving.epoch import Target\n"
    code += "kill(site_in(Path(sys.argv[1])), KIM, kind=Target.TOOL, name=sys.argv[2], reason='why', at=AT)"
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), f"tool-{i}"]) for i in range(4)]
    assert [one.wait(120) for one in running] == [0, 0, 0, 0]
    assert {k.name for k in chain(site)[-1].epoch.kills} == {f"tool-{i}" for i in range(4)}


def test_nobody_writes_into_an_epoch_that_is_in_force(tmp_path):
    """Two processes of one id, as in two containers that share a folder: one is half-way when the other's kill is in force."""
    site = opened(tmp_path)
    kim, lee = (to_file(signed(epoch(2, chain(site)[0].digest), key)) for key in (KIM, LEE))
    with pytest.raises(Conflict):
        FileStore(tmp_path / "epochs", Overtaken(lambda: site.store.append(2, kim))).append(2, lee)
    assert site.store.newest() == (2, kim)


def test_one_of_two_at_once_on_a_full_disk_tries_again(tmp_path):
    """The other's was first, and room is there by then: it is a conflict, after which whoever kills makes the next epoch."""
    site = opened(tmp_path)

    def first() -> None:
        a_kill(site)
        raise OSError(errno.ENOSPC, "no space left on device")

    late = replace(site, store=FileStore(tmp_path / "epochs", Overtaken(first)))
    assert a_kill(late, name="other")[0].epoch.number == 3
    assert [one.name for one in chain(site)[-1].epoch.kills] == ["demo", "other"]


def test_an_epoch_that_can_be_found_is_not_told_as_not_written(tmp_path):
    """The disk is full when its name is to be on it: whoever gives something back must not hear that all is as it was."""
    site = opened(tmp_path)
    site.store._ops = NoNames()
    with pytest.raises(StoreUnavailable) as raised:
        a_kill(site)
    assert len(chain(site)) == 2
    assert "epoch 2 is in force" in str(raised.value)
    assert "NOT written" not in str(raised.value) + str(raised.value.hint)


def test_an_epoch_in_force_is_not_made_again_where_its_temporary_file_stays(tmp_path):
    """Else a kill would be written twice, and whoever gives something back would hear that somebody else was first."""
    site = opened(tmp_path)
    site.store._ops = NothingGoes()
    assert a_kill(site)[0].epoch.number == 2
    assert len(chain(site)) == 2


def test_a_kill_of_everything_has_room_when_others_have_none(tmp_path):
    site = opened(tmp_path)
    long = "x" * 190
    with pytest.raises(RuleoutError, match="no room"):
        [a_kill(site, name=f"{number}-{long}") for number in range(300)]
    a_kill(site, kind=Target.ALL, name="")
    assert renewed(site, agent_of(site)).why is Why.KILLED


def test_a_proposal_is_of_one_state_and_needs_another_person(tmp_path):
    site = opened(tmp_path)
    a_kill(site)
    name, _ = propose(site, KIM, kills=("kill-2",), limits=(), lease_ms=None, at=AT)
    for key in (KIM, WATCH):
        with pytest.raises(VerificationFailed):
            confirm(site, key, name)
    a_kill(site, name="other")
    with pytest.raises(Conflict, match="changed"):
        confirm(site, LEE, name)
    for odd in ("../../x", "0" * 16, "0" * 64):
        with pytest.raises(RuleoutError):
            confirm(site, LEE, odd)


def test_what_is_confirmed_is_what_its_name_says(tmp_path):
    """One person puts another document in the place of what a second was told of."""
    site = opened(tmp_path)
    for model in ("alpha", "beta"):
        a_kill(site, name=model)
    name, asked = propose(site, KIM, kills=("kill-2",), limits=(), lease_ms=None, at=AT)
    everything = signed(replace(asked.epoch, kills=(), lease_ms=5000), KIM)
    proposal_path(site, name).write_bytes(to_file(everything))
    with pytest.raises(VerificationFailed, match="expected the proposal"):
        confirm(site, LEE, name)
    assert [one.name for one in chain(site)[-1].epoch.kills] == ["alpha", "beta"]


def test_a_machine_cannot_take_the_room_of_a_kill_of_everything(tmp_path):
    """Neither by the acts here nor by writing into the store itself: agents refuse what these refuse."""
    site = opened(tmp_path)
    agent = agent_of(site)
    assert agent.step() == ""
    first = chain(site)[0]
    full = tuple(
        TightLimit(kind=LimitKind.TOKENS_PER_DAY, tenant=f"{number:04d}-" + "t" * 190, at_most=0)
        for number in range(258)
    )
    over = signed(replace(following(first), limits=full), WATCH)
    assert MOST_BYTES - KEPT_FREE < len(to_file(over)) <= MOST_BYTES
    with pytest.raises(RuleoutError, match="no room"):
        change(site, WATCH, lambda now: replace(now, limits=full))
    most = change(site, WATCH, lambda now: replace(now, limits=full[:-20]))
    assert agent.step() == ""
    site.store.append(3, to_file(signed(replace(following(most), limits=full), WATCH)))
    assert "bytes" in agent.step()
    (tmp_path / "epochs" / "0000000003.json").unlink()
    assert a_kill(site, kind=Target.ALL, name="")[0].epoch.number == 3


def test_a_machine_tightens_and_nothing_else(tmp_path):
    site = opened(tmp_path)
    tighten(site, WATCH, limit=limit_of("requests-per-minute=10"), at=AT)
    with pytest.raises(RuleoutError, match="already"):
        tighten(site, WATCH, limit=limit_of("requests-per-minute=11"), at=AT)
    with pytest.raises(KeyUnavailable):
        kill(site, WATCH, kind=Target.ALL, name="", reason="x", at=AT)
    agent_of(site).step()
    assert View(site.places.page).limits == (("requests-per-minute", "", 10),)


@pytest.mark.parametrize(
    "spoil", ["missing", "short", "zeros", "noise", "other boot", "odd", "far lease", "epoch", "document"]
)
def test_a_page_that_is_not_as_it_should_be_is_closed(tmp_path, spoil):
    site = opened(tmp_path)
    agent_of(site).step()
    path, page = site.places.page, Page(site.places.page)
    if spoil == "missing":
        path.unlink()
    elif spoil == "short":
        path.write_bytes(b"x" * 100)
    elif spoil == "zeros":
        page.bytes[:] = bytes(layout.PAGE_BYTES)
    elif spoil == "noise":
        page.bytes[:] = os.urandom(layout.PAGE_BYTES)
    elif spoil == "other boot":
        page.words[layout.BOOT] ^= 1
    elif spoil == "epoch":
        page.words[layout.EPOCH] += 1
    elif spoil == "document":
        at = page.bytes.find(b'"lease_ms":1000')
        page.bytes[at : at + 15] = b'"lease_ms":5000'
    elif spoil == "odd":
        page.words[layout.SEQUENCE] += 1
    else:
        page.lease_until(time.clock_gettime_ns(time.CLOCK_BOOTTIME) + 600_000_000_000)
    assert View(path).standing(SCOPE).why is (Why.LEASE if spoil == "far lease" else Why.CLOSED)


def test_setting_the_wall_clock_does_not_prolong_a_lease(tmp_path, monkeypatch):
    """Whatever the wall clock says, before or after: only time since boot counts."""
    site = opened(tmp_path)
    agent_of(site).step()
    view, page = View(site.places.page), Page(site.places.page)
    assert page.words[DEADLINE] <= boottime_ns() + 1_000_000_000
    began = time.monotonic()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    while view.standing(SCOPE) is None:
        assert time.monotonic() - began < 60
    assert view.standing(SCOPE).why is Why.LEASE
    assert boottime_ns() >= page.words[DEADLINE]


def test_the_highest_epoch_that_cannot_be_read_is_closed(tmp_path):
    site = opened(tmp_path)
    agent = agent_of(site)
    agent.step()
    agent.close()
    site.places.highest.write_bytes(canonical({"epoch": "1"}))
    assert agent_of(site).step()
    assert View(site.places.page).standing(SCOPE).why is Why.CLOSED


def test_whoever_is_killed_half_way_takes_no_words_from_another_kill_for_the_same_reason(tmp_path, monkeypatch):
    """Two that say the same keep it under one name; each writes a file of its own until it is whole."""
    site, sync = opened(tmp_path), SystemFiles.sync

    def killed(self, fd, data):
        os.write(fd, data[:3])
        raise KeyboardInterrupt

    def while_it_is_synced(self, fd):
        monkeypatch.undo()
        monkeypatch.setattr(SystemFiles, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            site.keep_words("odd calls since noon")
        monkeypatch.undo()
        sync(self, fd)

    (site.folder / "words").mkdir()
    monkeypatch.setattr(SystemFiles, "sync", while_it_is_synced)
    site.keep_words("odd calls since noon")
    assert site.words(digest_of("odd calls since noon")) == "odd calls since noon"
