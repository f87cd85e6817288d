# SPDX-License-Identifier: Apache-2.0
"""Same inputs, same bytes: whatever the hash seed, time zone, locale, folder or clock; and replay from a file alone."""

import shutil
import subprocess
import sys

import pytest
from tests.integration.command_line import CASES, NEW, OLD, run, run_apart

from ruleout.adapters import clock
from ruleout.cli import options

OPUS = CASES / "claude-opus-4-biology.yaml"
WORLDS = {
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 1": {"PYTHONHASHSEED": "1", "TZ": "Asia/Kolkata"},
    "random hashes": {"PYTHONHASHSEED": "random", "TZ": "America/Los_Angeles"},
    "plain C": {"LC_ALL": "C", "TZ": "UTC", "PYTHONUTF8": "0"},
    "UTF-8": {"LC_ALL": "C.UTF-8", "TZ": "Pacific/Chatham", "PYTHONHASHSEED": "1"},
    "no UTF-8 streams": {"PYTHONIOENCODING": "latin-1"},
}


def locale_elsewhere():
    """A locale of the machine that is neither English nor C, if there is one."""
    if shutil.which("locale") is None:
        return None
    names = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=True).stdout.split()
    return next((n for n in names if not n.startswith(("C", "POSIX", "en"))), None)


@pytest.fixture(scope="module")
def recorded(built, tmp_path_factory):
    """A lab with a held decision, every act, the decision that proceeds, and one on a public case under two texts."""
    lab = built.copy_to(tmp_path_factory.mktemp("lab"))
    assert lab.run("assess", lab.case, "-f", OLD, "--record", "--key", "recorder").code == 3
    lab.approve_all()
    assert lab.run("assess", lab.case, "-f", OLD, "--record", "--key", "recorder").code == 0
    assert lab.run("assess", OPUS, "-f", OLD, "-f", NEW, "--record", "--key", "recorder").code == 3
    assert lab.run("export", lab.folder / "record.json").code == 0
    return lab


@pytest.fixture(scope="module")
def expected():
    """The decision's bytes as this process derives them."""
    return run("assess", OPUS, "-f", OLD, "-f", NEW, "--json").out


@pytest.mark.parametrize("name", WORLDS)
def test_a_decision_has_the_same_bytes_in_every_world(tmp_path, expected, name):
    """Hash seed, time zone, locale, encoding and folder change nothing."""
    ran = run_apart("assess", OPUS, "-f", OLD, "-f", NEW, "--json", env=WORLDS[name], folder=tmp_path)

    assert ran.code == 3, ran.err
    assert ran.out == expected


def test_a_decision_has_the_same_bytes_in_another_language(tmp_path, expected):
    """Neither month names nor decimal commas reach a decision."""
    elsewhere = locale_elsewhere()
    if elsewhere is None:
        pytest.skip("this machine has no locale but English ones and C")
    ran = run_apart("assess", OPUS, "-f", OLD, "-f", NEW, "--json", env={"LC_ALL": elsewhere}, folder=tmp_path)

    assert ran.out == expected


def test_the_same_holds_for_a_case_with_a_log(recorded, tmp_path):
    """What is measured in a log, and the acts on record, give the same bytes under every hash seed."""
    place = ("-w", recorded.record, "--json")
    here = recorded.assess().out

    for name in ("hash seed 0", "random hashes"):
        there = run_apart("assess", recorded.case, "-f", OLD, *place, env=WORLDS[name], folder=tmp_path)
        assert (there.code, there.out) == (0, here)


@pytest.mark.parametrize("framework", ["gdm-fsf@2.0", "gdm-fsf@3.1"])
def test_a_proof_shows_the_same_states_under_every_hash_seed(tmp_path, framework):
    """Of several smallest states the solver finds one by the order in which it was told things, which no set may give."""
    seeds = ("1", "2", "3")
    ran = [run_apart("prove", framework, "--json", env={"PYTHONHASHSEED": seed}, folder=tmp_path) for seed in seeds]

    assert [one.code for one in ran] == [1, 1, 1], "findings of the document itself"
    assert len({one.out for one in ran}) == 1


def test_no_clock_is_read(monkeypatch, expected, recorded):
    """With a clock that fails, a decision at the case's own instant, and with the record, comes out the same."""
    with_record = recorded.assess().out

    def broken():
        raise AssertionError("the clock was read")

    monkeypatch.setattr(clock, "now", broken)
    program = (
        "import sys\nfrom ruleout.adapters import clock\n"
        "def broken():\n    raise AssertionError('the clock was read')\n"
        "clock.now = broken\nfrom ruleout.cli.main import main\nsys.exit(main(sys.argv[1:]))\n"
    )

    def without_clock(*arguments):
        command = [sys.executable, "-c", program, *(str(a) for a in arguments)]
        return subprocess.run(command, capture_output=True, env={}, check=False)

    assert without_clock("assess", OPUS, "-f", OLD, "-f", NEW, "--json").stdout == expected
    assert without_clock("assess", recorded.case, "-f", OLD, "-w", recorded.record, "--json").stdout == with_record
    assert b"the clock was read" in without_clock("assess", OPUS, "-f", OLD, "--at", "now").stderr


@pytest.mark.parametrize("hours", [-400_000, 0, 9_000, 400_000])
def test_the_day_on_which_one_asks_does_not_matter(recorded, expected, hours):
    """Decades earlier or later, the same files give the same bytes; only `--at` moves the instant."""
    from datetime import timedelta

    from tests.integration.command_line import NOW

    day = NOW + timedelta(hours=hours)
    assert run("assess", OPUS, "-f", OLD, "-f", NEW, "--json", now=day).out == expected
    assert recorded.assess(now=day).out == recorded.assess().out
    named = run("assess", OPUS, "-f", OLD, "--at", "2025-05-22T00:00:00Z", "--json", now=day)
    assert named.out == run("assess", OPUS, "-f", OLD, "--json").out


def test_the_fake_clock_is_the_one_that_verbs_read(recorded):
    """Asked for *now*, a decision carries the day of the fake clock: the test above can fail."""
    from tests.integration.command_line import NOW

    assert options.now is clock.now
    assert recorded.assess("--at", "now").json["at"] == NOW.isoformat().replace("+00:00", "Z")


def test_the_order_of_frameworks_changes_no_decision():
    """Each decision stands for itself."""
    one, two = run("assess", OPUS, "-f", OLD, "-f", NEW, "--json"), run("assess", OPUS, "-f", NEW, "-f", OLD, "--json")

    assert one.json["decisions"] == two.json["decisions"][::-1]


def test_replay_needs_the_bundle_and_nothing_else(recorded, tmp_path):
    """In an empty folder, without home, keys, workspace or path, every decision comes out as it was recorded."""
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(recorded.folder / "record.json", alone)
    for name in ("hash seed 1", "random hashes"):
        ran = run_apart("replay", "record.json", "--json", env=WORLDS[name], folder=alone)

        assert ran.code == 0, ran.err
        assert [d["same"] for d in ran.json["decisions"]] == [True] * 4
    assert [path.name for path in alone.iterdir()] == ["record.json"]


def test_replay_of_the_workspace_says_the_same(recorded):
    """A workspace and its bundle hold the same decisions."""
    there, here = run("replay", recorded.folder / "record.json", "--json"), run("replay", recorded.record, "--json")

    assert (there.code, here.code) == (0, 0)
    assert there.out == here.out


def test_replay_does_not_look_at_the_files_of_today(recorded, tmp_path):
    """After case, log and framework changed in the workspace, the record still replays from what it kept."""
    lab = recorded.copy_to(tmp_path)
    lab.edit("One of sixty tasks", "Sixty of sixty tasks")
    lab.log.unlink()

    assert run("replay", lab.record).code == 0
