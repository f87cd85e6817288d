# SPDX-License-Identifier: Apache-2.0
"""Kills and leases between real processes: who is told, who is named, what ends by itself (G-6, G-7)."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from dataclasses import replace

import pytest
from tests.kill_builders import AT, KIM, LEE, opened, process, site_in, stop, until
from tests.kill_processes import SCOPE

from ruleout.adapters.kill.file_store import FileStore
from ruleout.adapters.kill.host import boottime_ns
from ruleout.adapters.kill.page import Page
from ruleout.adapters.kill.view import View
from ruleout.app.kill.drill import drill
from ruleout.app.kill.giving_back import confirm, propose
from ruleout.app.kill.proof import wait_for
from ruleout.app.kill.site import agent_of
from ruleout.app.kill.taking import kill
from ruleout.errors import VerificationFailed
from ruleout.serving.epoch import Target
from ruleout.serving.epoch.page import DEADLINE
from ruleout.serving.refusal import Why

LEASE_NS = 1_000_000_000
#: What a busy machine may add to a worker's look at the page, of which there are two hundred a second.
BUSY_S = 10


def killed(site, **more):
    named = {"kind": Target.TOOL, "name": "code-execution", "reason": "odd calls", "at": AT, **more}
    return kill(site, KIM, **named)[0].epoch.number


def states(site, number, timeout_s=1):
    """What is said of each worker where one acknowledges nothing."""
    proof = wait_for(site, number, timeout_s=timeout_s)
    assert not proof.holds
    return {worker.pid: worker.state for worker in proof.workers}


def test_a_kill_ends_streams_and_every_worker_says_so_itself(tmp_path):
    site = opened(tmp_path, lease_ms=5000)
    with (
        process("agent", str(tmp_path)),
        process("worker", str(tmp_path)) as one,
        process("worker", str(tmp_path)) as two,
    ):
        proof = wait_for(site, killed(site), timeout_s=60)

        assert proof.holds
        assert {worker.pid for worker in proof.workers} == {one.pid, two.pid}
        assert one.stdout.readline().startswith("ended killed")
        assert two.stdout.readline().startswith("ended killed")


def test_a_worker_that_is_stopped_is_named_and_can_be_ended(tmp_path):
    """The page is right and its slot is there; it is its own loop that does not answer."""
    site = opened(tmp_path, lease_ms=5000)
    with (
        process("agent", str(tmp_path)),
        process("worker", str(tmp_path)) as one,
        process("worker", str(tmp_path)) as two,
    ):
        stop(two)
        number = killed(site)
        until(lambda: states(site, number) == {one.pid: "acknowledged", two.pid: "stuck"})

        ended = wait_for(site, number, timeout_s=3, terminate=True)
        assert {worker.pid: worker.state for worker in ended.workers}[two.pid] == "ended"
        assert two.wait(60) == -signal.SIGKILL
        assert one.poll() is None
        assert wait_for(site, number, timeout_s=60).holds


@pytest.mark.parametrize("is_killed", [False, True])
def test_without_its_agent_a_worker_ends_its_streams_when_the_lease_is_over(tmp_path, is_killed):
    """A lease from when the agent has gone at the latest, and soon."""
    site = opened(tmp_path)
    with process("agent", str(tmp_path)) as agent, process("worker", str(tmp_path)) as worker:
        stop(agent)
        if is_killed:
            agent.kill()
            agent.wait(60)
        gone, until_ns = boottime_ns(), Page(site.places.page).words[DEADLINE]
        _, why, at = worker.stdout.readline().split()

        assert why == "lease"
        assert until_ns - gone <= LEASE_NS
        assert 0 <= int(at) - until_ns < BUSY_S * 10**9


def test_a_stopped_agent_is_shown_and_a_kill_is_not_called_done(tmp_path):
    site = opened(tmp_path, lease_ms=5000)
    with process("agent", str(tmp_path)) as agent, process("worker", str(tmp_path)):
        stop(agent)
        proof = wait_for(site, killed(site), timeout_s=0.3)

        assert proof.page == "behind"
        assert not proof.holds


def test_a_kill_in_another_store_than_the_gateways_is_acknowledged_by_nobody(tmp_path):
    """The gateway follows one store and its numbers are higher; the kill is typed without naming it, and goes into another."""
    gateway = opened(tmp_path, lease_ms=5000)
    for _ in range(3):
        killed(gateway)
    other = replace(gateway, store=FileStore(tmp_path / "other"))
    with process("agent", str(tmp_path)), process("worker", str(tmp_path)) as worker:
        until(lambda: Page(gateway.places.page).is_leased())
        number = killed(other, kind=Target.ALL, name="")
        until(lambda: states(other, number, timeout_s=0.5) == {worker.pid: "behind"})
        proof = wait_for(other, number, timeout_s=0.5)

        assert (proof.page, proof.holds, proof.is_unasked) == ("other", False, False)
        assert wait_for(gateway, 4, timeout_s=60).holds
        assert View(gateway.places.page).standing(SCOPE).rules == ("kill-2", "kill-3", "kill-4")


def test_where_the_store_does_not_tell_whose_epoch_it_is_a_kill_is_not_called_done(tmp_path):
    site = opened(tmp_path, lease_ms=5000)
    with process("agent", str(tmp_path)), process("worker", str(tmp_path)):
        number = killed(site)
        assert wait_for(site, number, timeout_s=60).holds
        silent = replace(site, store=FileStore(tmp_path / "epochs" / f"{number:010d}.json"))
        proof = wait_for(silent, number, timeout_s=0)

        assert (proof.page, proof.holds) == ("untold", False)


def test_without_a_worker_nobody_was_asked(tmp_path):
    site = opened(tmp_path, lease_ms=5000)
    with process("agent", str(tmp_path)):
        number = killed(site)
        until(lambda: Page(site.places.page).read(waits=2000)[1] == number)
        proof = wait_for(site, number, timeout_s=0)

        assert (proof.page, proof.workers, proof.holds, proof.is_unasked) == ("in-force", (), False, True)


def test_a_kill_is_not_called_done_while_a_worker_serves_under_a_page_that_was_taken_away(tmp_path):
    """The run folder is removed, agent and one worker start again; the other serves on under its lease, and nobody can ask it."""
    site = site_in(tmp_path)
    name, _ = propose(site, KIM, kills=(), limits=(), lease_ms=5000, at=AT)
    confirm(site, LEE, name)
    with process("agent", str(tmp_path)) as agent, process("worker", str(tmp_path)) as worker:
        until(lambda: Page(site.places.page).is_leased())
        shutil.rmtree(tmp_path / "run")
        agent.kill()
        agent.wait(60)
        # The new agent opens five seconds after its start: all that takes its time comes before.
        with process("worker", str(tmp_path)), process("agent", str(tmp_path)):
            proof = wait_for(site, killed(site), timeout_s=1)
            assert (proof.page, proof.holds) == ("behind", False)
            assert worker.stdout.readline().split()[1] in ("lease", "closed", "killed")


def test_a_page_that_was_taken_away_ends_its_lease_while_its_agent_lives(tmp_path):
    site = opened(tmp_path, lease_ms=5000)
    with process("agent", str(tmp_path)), process("worker", str(tmp_path)) as worker:
        until(lambda: Page(site.places.page).is_leased())
        page = Page(site.places.page)
        shutil.rmtree(tmp_path / "run")
        until(lambda: page.words[DEADLINE] == 0)  # ended, and not run out
        assert worker.stdout.readline().split()[1] in ("lease", "closed")
        page.close()
        until(lambda: View(site.places.page).standing(SCOPE) is None)
        until(lambda: b'"epoch":1' in site.places.highest.read_bytes())


def test_killed_before_and_after_a_crash_of_the_agent(tmp_path):
    """Kill -9, start again: the first thing that a worker is told is that it is killed."""
    site = opened(tmp_path, lease_ms=5000)
    with process("agent", str(tmp_path)) as agent:
        number = killed(site)
        until(lambda: Page(site.places.page).read(waits=2000)[1] == number)
        agent.kill()
        agent.wait(60)
    with process("agent", str(tmp_path)):
        view = View(site.places.page)
        assert view.standing(SCOPE).why is Why.KILLED
        assert view.standing(SCOPE).rules == ("kill-2",)


def test_a_worker_sees_the_page_of_an_agent_that_came_later(tmp_path):
    site = opened(tmp_path, lease_ms=5000)
    with process("worker", str(tmp_path)) as worker:
        assert worker.stdout.readline().startswith("ended closed")
        with process("agent", str(tmp_path)):
            assert wait_for(site, 1, timeout_s=60).workers[0].state == "acknowledged"


def test_two_agents_never_keep_one_page(tmp_path):
    opened(tmp_path)
    with process("agent", str(tmp_path)), pytest.raises(Exception, match="another agent"):
        agent_of(site_in(tmp_path)).step()


def test_a_kill_is_seen_soon_by_eight(tmp_path):
    """Not a benchmark: far above what is measured there."""
    site = opened(tmp_path, lease_ms=5000)
    with process("agent", str(tmp_path)):
        views = [View(site.places.page) for _ in range(8)]
        number = killed(site)
        took = until(lambda: all(view.standing(SCOPE) is not None and view.epoch == number for view in views))

        assert took < 30


def test_given_back_by_two_it_serves_again(tmp_path):
    site = opened(tmp_path, lease_ms=5000)
    with process("agent", str(tmp_path)):
        view = View(site.places.page)
        number = killed(site)
        until(lambda: view.standing(SCOPE) is not None and view.standing(SCOPE).why is Why.KILLED)
        name, _ = propose(site, KIM, kills=(f"kill-{number}",), limits=(), lease_ms=None, at=AT)
        time.sleep(0.3)
        assert view.standing(SCOPE).why is Why.KILLED

        confirm(site, LEE, name)
        until(lambda: view.standing(SCOPE) is None)


def test_a_drill_leaves_nothing_behind(tmp_path):
    site = opened(tmp_path, lease_ms=5000)
    with process("agent", str(tmp_path)), process("worker", str(tmp_path)) as worker:
        done = drill(site, KIM, at=AT, timeout_s=60)
        until(lambda: Page(site.places.page).read(waits=2000)[1] == done.ended_in)

        assert done.proof.holds
        assert done.proof.workers[0].pid == worker.pid
        assert View(site.places.page).standing(SCOPE) is None


def test_a_page_that_is_written_all_the_time_is_never_read_torn(tmp_path):
    """Every read is one whole document; what cannot be read in time is closed, never something in between."""
    path = tmp_path / "page"
    with process("writer", str(path)):
        page, whole, over = Page(path), 0, time.monotonic() + 3
        while time.monotonic() < over or whole <= 100:
            assert time.monotonic() < over + 60
            try:
                found = page.read()
            except VerificationFailed:
                continue
            assert b'"epoch":%d,' % found.epoch in found.document
            assert found.document.endswith(b'"sigs":[]}')
            whole += 1


def test_a_writer_that_dies_in_the_middle_leaves_a_closed_page(tmp_path):
    """Whatever instant it is killed at: closed or whole."""
    for turn in range(10):
        path = tmp_path / f"page-{turn}"
        with process("writer", str(path)) as writing:
            time.sleep(0.01 * turn)
            writing.kill()
            writing.wait(60)
        assert View(path).standing(SCOPE).why in (Why.CLOSED, Why.LEASE)


def test_the_process_of_another_start_is_never_ended():
    from ruleout.adapters.kill.host import end_process, started

    with subprocess.Popen(["sleep", "600"]) as sleeping:
        try:
            assert not end_process(sleeping.pid, started(sleeping.pid) + 1)
            assert sleeping.poll() is None
            assert end_process(sleeping.pid, started(sleeping.pid))
        finally:
            sleeping.kill()
