# SPDX-License-Identifier: Apache-2.0
"""`ruleout ingest` over folders and many logs: the way of reading never changes what is found (E-1)."""

import importlib.util
import json
import subprocess
import sys

import pytest
from tests.integration.command_line import DEMO, ROOT, run, run_apart
from tests.unit.evidence import inspect_logs

from ruleout.adapters.logs import orders
from ruleout.adapters.logs.finding import find_logs
from ruleout.adapters.logs.found import Found
from ruleout.app.evidence.read_logs import Way, read_logs

LOG = DEMO / "logs" / "autonomy-suite.eval"


def thirty_logs(folder):
    """Thirty logs of one run each, no two alike; a copy, a broken log, a file that is none, an unfinished log."""
    folder.mkdir()
    for number in range(30):
        samples = [inspect_logs.sample(f"s{i}", "C" if i < number else "I") for i in range(30)]
        (folder / f"run-{number:02}.eval").write_bytes(inspect_logs.log(samples))
    (folder / "copy.eval").write_bytes((folder / "run-07.eval").read_bytes())
    (folder / "cut.eval").write_bytes((folder / "run-07.eval").read_bytes()[:-30])
    (folder / "noise.eval").write_text("no zip", "utf-8")
    (folder / "notes.json").write_text("{}", "utf-8")
    (folder / "README").write_text("x", "utf-8")
    (folder / "stopped.eval").write_bytes(inspect_logs.unfinished([inspect_logs.sample("s")]))


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    """A folder that holds thirty logs, and what reading them one after the other says."""
    folder = tmp_path_factory.mktemp("many")
    thirty_logs(folder / "logs")
    ran = run_apart("ingest", "logs", "--dry-run", "--json", folder=folder)
    assert ran.code == 2
    return folder, ran


def test_a_folder_gives_every_log_and_names_what_it_leaves_out(serial):
    """In order; copies once; what is broken is refused, what is no log is skipped."""
    ran = serial[1]
    found = ran.json

    assert [one["log"] for one in found["logs"]] == [
        "logs/copy.eval",
        *(f"logs/run-{n:02}.eval" for n in range(30) if n != 7),
        "logs/stopped.eval",
    ]
    assert found["repeated"] == [{"log": "logs/run-07.eval", "same_as": "logs/copy.eval"}]
    assert [one["log"] for one in found["refused"]] == ["logs/cut.eval", "logs/noise.eval"]
    assert found["skipped"] == [
        {"file": "logs/README", "why": "no reader knows this kind of file"},
        {"file": "logs/notes.json", "why": "no reader knows its content"},
    ]
    assert [one["usable"] for one in found["logs"]].count(False) == 1
    assert "refused: logs/cut.eval: truncated" in ran.err
    assert "skipped: logs/README" in ran.err


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_folder_of_which_nothing_is_a_log_is_no_success(tmp_path, more):
    """A job that reads the wrong folder learns it by the exit code, though each file was skipped for a reason."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "horizons.csv").write_text("model,release_date,p50_min\na,2025-01-01,3\n", "utf-8")
    (tmp_path / "logs" / "notes.json").write_text("{}", "utf-8")
    ran = run("ingest", "logs", "--dry-run", *more, folder=tmp_path)

    assert ran.code == 2
    assert "refused: no evaluation log in what was named: nothing was read\n  next: Name a log" in ran.err
    assert "skipped: logs/horizons.csv: no reader knows its content" in ran.err


def test_two_processes_find_the_same_bytes(serial):
    """Standard output is the same to the last byte, and so is the exit code."""
    folder, one = serial
    two = run_apart("ingest", "logs", "--dry-run", "--json", "--jobs", "2", folder=folder)

    assert (two.code, two.out) == (one.code, one.out)
    assert "Traceback" not in two.err


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray (the extra `bulk`) is not installed")
def test_a_local_ray_finds_the_same_bytes(serial):
    """Costs about 8 s, most of it Ray's start. Nothing of Ray is left running, and it says nothing on our streams."""
    folder, one = serial
    bulk = run_apart("ingest", "logs", "--dry-run", "--json", "--ray", "--jobs", "2", folder=folder)

    assert (bulk.code, bulk.out) == (one.code, one.out)
    assert "Traceback" not in bulk.err
    assert "usage" not in bulk.err.lower()


def test_without_ray_the_extra_is_told(tmp_path):
    """And what to use instead."""
    program = (
        "import sys; sys.modules['ray'] = None\n"
        "from ruleout.cli.main import main\n"
        f"sys.exit(main(['ingest', {str(LOG)!r}, '--dry-run', '--ray']))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env={})

    assert done.returncode == 2
    assert "needs ray, which is not installed" in done.stderr
    assert "pip install ruleout[bulk]" in done.stderr


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "127.0.0.1:99999"])
def test_a_cluster_that_is_not_there_is_told_at_once(address):
    """Ray itself would try for many minutes."""
    ran = run("ingest", LOG, "--dry-run", "--ray-address", address)

    assert ran.code == 2
    assert f"cannot use Ray at {address}: " in ran.err
    assert "use --jobs" in ran.err


# --- recording --------------------------------------------------------------------------------------------------------


def recorded(lab):
    """What the record's evidence entries say, without their instants and chain."""
    entries = [e["entry"] for e in lab.run("log", "--json", "--type", "evidence").json["entries"]]
    return [(e["id"], e["subject"], e["refs"]) for e in entries]


def test_the_way_of_reading_does_not_change_the_record(lab, built, tmp_path_factory, serial):
    """Same ids, same references, same objects kept; the record verifies."""
    folder = serial[0]
    other = built.copy_to(tmp_path_factory.mktemp("other"))
    one = lab.run("ingest", folder / "logs")
    two = other.run("ingest", folder / "logs", "--jobs", "2")

    assert (one.code, two.code) == (2, 2)
    assert "31 logs in the record" in one.err
    assert recorded(lab) == recorded(other)
    assert len(recorded(lab)) == 31
    kept = [sorted(p.name for p in (at.record / "ledger" / "objects").rglob("*") if p.is_file()) for at in (lab, other)]
    assert kept[0] == kept[1]
    assert run("verify", lab.record).code == 0


def test_the_log_s_bytes_are_kept_or_not_as_asked(lab):
    """Under their digest, referred to as `log`; without them only what was measured."""
    assert lab.run("ingest", lab.log, "--no-keep-log").code == 0
    ((entry_id, _, refs),) = recorded(lab)
    assert [ref["name"] for ref in refs] == ["measurement", "summary"]
    digest = entry_id.removeprefix("evidence/")
    objects = lab.record / "ledger" / "objects"
    assert list(objects.glob(f"{digest[:2]}/{digest[2:]}*")) == []

    other = lab.folder / "other.eval"
    other.write_bytes(inspect_logs.log([inspect_logs.sample("s")]))
    assert lab.run("ingest", other).code == 0
    refs = recorded(lab)[1][2]
    assert [ref["name"] for ref in refs] == ["measurement", "summary", "log"]
    kept = objects / refs[2]["sha256"][:2] / refs[2]["sha256"][2:]
    assert kept.read_bytes() == other.read_bytes()
    assert refs[2]["size"] == other.stat().st_size
    assert list(objects.rglob("*.tmp")) == []


def test_a_missing_key_is_told_before_anything_is_read(lab):
    """Nothing is kept and no log is opened."""
    ran = lab.run("ingest", lab.log, "gone.eval", env={"RULEOUT_KEYS": "/nonexistent"})

    assert ran.code == 2
    assert "lab-log" in ran.err
    assert "gone.eval" not in ran.err
    assert lab.size() == 4


def test_a_record_that_is_gone_is_not_half_made_again(lab):
    """Without its ledger nothing is written into the workspace."""
    ledger = lab.record / "ledger"
    ledger.rename(lab.folder / "elsewhere")
    ran = lab.run("ingest", lab.log)

    assert ran.code == 2
    assert not ledger.exists()


def test_a_quick_look_is_marked_and_never_recorded(lab):
    """Summaries alone are not for gates."""
    ran = lab.run("ingest", lab.log, "--summaries")
    look = run("ingest", lab.log, "--summaries", "--dry-run")

    assert ran.code == 2
    assert "--dry-run" in ran.err
    assert lab.size() == 4
    assert look.code == 0
    assert "NOT FOR GATES" in look.text
    assert "summaries alone" in " ".join(look.text.split())
    assert "not computed for a quick look" in look.text


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_quick_looks_at_two_logs_are_two_looks(lab, jobs):
    """Neither is digested, so nothing says that they are the same, and nothing takes them for it."""
    other = lab.folder / "other.eval"
    other.write_bytes(lab.log.read_bytes())
    look = run("ingest", lab.log, other, "--summaries", "--dry-run", "--json", "-j", jobs)

    assert look.code == 0
    assert [log["digest"] for log in look.json["logs"]] == ["", ""]


def test_a_case_may_name_the_folder_that_holds_its_log(lab):
    """The same decision as with the file itself; two logs in it are one too many."""
    by_file = lab.assess()
    lab.edit("log: logs/autonomy-suite.eval", "log: logs")
    by_folder = lab.assess()
    (lab.case.parent / "logs" / "b.eval").write_bytes(inspect_logs.log([inspect_logs.sample("s")]))
    by_two = lab.assess()

    findings = [json.dumps(ran.json, sort_keys=True).count("0.07664") for ran in (by_file, by_folder, by_two)]
    assert findings[0] == findings[1] > findings[2]
    assert "expected one evaluation log, got 2" in by_two.err


# --- several measurements, our own bugs -------------------------------------------------------------------------------


def test_a_log_of_several_measurements_makes_an_entry_each(lab, monkeypatch):
    """Task and model tell their ids apart; ingested again they add nothing."""
    single = orders.read_log

    def doubled(log, *, summaries_only):
        (one,) = single(log, summaries_only=summaries_only)
        return (one, inspect_logs.read_one(inspect_logs.log([inspect_logs.sample("other")]), name="x"))

    monkeypatch.setattr(orders, "read_log", doubled)
    first, again = lab.run("ingest", lab.log), lab.run("ingest", lab.log)
    ids = [entry_id for entry_id, _, _ in recorded(lab)]

    assert (first.code, again.code) == (0, 0)
    assert len(ids) == len(set(ids)) == 2
    assert all(len(entry_id.split("/")) == 3 for entry_id in ids)
    assert "2 new entries" in first.err
    assert "0 new entries" in again.err
    assert run("verify", lab.record).code == 0


def test_a_bug_of_ours_in_one_log_is_named_and_the_others_are_taken(monkeypatch):
    """With processes: exit 4, the log's name, and the others' pages."""

    def answers(given, *, jobs):
        yield orders.Answer(failure="ZeroDivisionError: ours")
        yield from map(orders.answer_order, given[1:])

    monkeypatch.setattr("ruleout.adapters.logs.processes.answers_by_processes", answers)
    ran = run("ingest", "README.md", LOG, "--dry-run", "--jobs", "2", "--json", folder=ROOT)

    assert ran.code == 4
    assert ran.json["failed"] == [{"log": "README.md", "why": "ZeroDivisionError: ours"}]
    assert len(ran.json["logs"]) == 1
    assert "this is a bug in ruleout" in ran.err


def test_progress_adds_up_to_everything(serial, monkeypatch):
    """Bytes and logs end at their totals, never go back, and are told of during the work."""
    monkeypatch.chdir(serial[0])
    found, told = find_logs(["logs"]), []
    assert len(list(read_logs(found, Way(), told.append))) == 36
    last = told[-1]

    assert (last.logs_done, last.logs, last.bytes_done) == (35, 35, last.bytes)
    assert [p.bytes_done for p in told] == sorted(p.bytes_done for p in told)
    assert list(read_logs(Found(logs=(), skipped=(), refused=()), Way(jobs=2), told.append)) == []


@pytest.mark.parametrize(("ray", "kept_by_workers"), [("", True), ("ray://cluster", False)])
def test_what_another_machine_reads_is_kept_by_this_one(tmp_path, monkeypatch, ray, kept_by_workers):
    """Ray on this machine keeps a log's bytes itself; a cluster has not this ledger and is not told of it."""
    asked = []

    def answers(given, *, address, jobs):
        asked.append((address, jobs, {order.keep_in for order in given}))
        return map(orders.answer_order, given)

    monkeypatch.setattr("ruleout.adapters.logs.on_ray.answers_by_ray", answers)
    found = find_logs([str(LOG)])
    (outcome,) = read_logs(found, Way(ray=ray, keep_in=tmp_path), lambda _: None)
    digest = outcome.reading.digest

    assert asked == [(ray, 0, {tmp_path if kept_by_workers else None})]
    assert (tmp_path / "objects" / digest[:2] / digest[2:]).read_bytes() == LOG.read_bytes()


# --- cost -------------------------------------------------------------------------------------------------------------


def test_looking_at_a_log_imports_neither_keys_nor_documents_nor_the_ledger():
    """A fresh process, piped. The command line's own library loads pydantic by itself; nothing of ours does."""
    heavy = ["numpy", "scipy", "z3", "cryptography", "yaml", "rich", "inspect_ai", "ray", "fsspec", "obstore"]
    heavy += ["urllib.request", "multiprocessing", "ruleout.documents", "ruleout.ledger", "ruleout.framework"]
    program = (
        "import sys\nfrom ruleout.cli.main import main\n"
        f"code = main(['ingest', {str(LOG)!r}, '--dry-run'])\n"
        f"sys.stderr.write(','.join(m for m in {heavy!r} if m in sys.modules))\nsys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env={}, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_files_and_folders_that_are_no_logs_end_with_a_word(tmp_path):
    """An empty folder, a folder of other things: exit 2, and nothing is said to be read."""
    (tmp_path / "empty").mkdir()
    ran = run("ingest", "empty", "--dry-run", "--json", folder=tmp_path)

    assert ran.code == 2
    assert ran.json["logs"] == []
    assert "empty: no evaluation log in it" in ran.err
