# SPDX-License-Identifier: Apache-2.0
"""Finding logs by path, folder and pattern: each once, nothing silently left out (E-1)."""

import hashlib
import os
from pathlib import Path

import pytest

from ruleout.adapters.logs import local
from ruleout.adapters.logs.finding import find_logs, find_one
from ruleout.adapters.logs.found import FoundFile, FoundLog
from ruleout.adapters.logs.opening import open_log
from ruleout.adapters.logs.orders import Reading, keep_here
from ruleout.errors import LedgerError, NotFound, RuleoutError, UnreadableLog


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path, monkeypatch):
    """Names are relative to a folder of the test's own."""
    monkeypatch.chdir(tmp_path)


def put(*names):
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(os.fsencode(name))


def names(found):
    return [log.shown for log in found.logs]


def test_a_file_is_one_log_that_was_named():
    """With its size and its plain name."""
    put("runs/a.eval")
    (log,) = find_logs(["runs/a.eval"]).logs

    assert (log.shown, log.named, log.size, log.files[0].name) == ("runs/a.eval", True, 11, "a.eval")


def test_a_folder_is_walked_in_order_and_what_is_no_log_is_listed():
    """Files before folders, each sorted; nothing of it counts as named."""
    put("runs/b.eval", "runs/a.eval", "runs/README", "runs/2/x.eval", "runs/10/x.json", "runs/10/notes.txt")
    found = find_logs(["runs"])

    assert names(found) == ["runs/a.eval", "runs/b.eval", "runs/10/x.json", "runs/2/x.eval"]
    assert not any(log.named for log in found.logs)
    why = "no reader knows this kind of file"
    assert found.skipped == (("runs/README", why), ("runs/10/notes.txt", why))
    assert found.refused == ()


def test_a_pattern_in_quotes_finds_what_the_shell_would():
    """One level for a star, any for two; in order of names, and each match counts as named."""
    put("logs/b.eval", "logs/a.eval", "logs/c.txt", "logs/deep/er/d.eval")

    assert names(find_logs(["logs/*.eval"])) == ["logs/a.eval", "logs/b.eval"]
    assert names(find_logs(["logs/**/*.eval"])) == ["logs/a.eval", "logs/b.eval", "logs/deep/er/d.eval"]
    assert all(log.named for log in find_logs(["logs/**/*"]).logs)
    assert names(find_logs(["lo?s/[ab].eval"])) == ["logs/a.eval", "logs/b.eval"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file():
    """What is there is meant."""
    put("a[1].eval", "a1.eval", "*.eval")

    assert names(find_logs(["a[1].eval"])) == ["a[1].eval"]
    assert names(find_logs(["*.eval"])) == ["*.eval"]


def test_each_log_is_taken_once_however_often_it_is_named():
    """By path, folder, pattern, link and hard link; the first name stays."""
    put("runs/a.eval")
    Path("link.eval").symlink_to("runs/a.eval")
    Path("hard.eval").hardlink_to("runs/a.eval")
    found = find_logs(["runs", "runs/a.eval", "./runs//a.eval", "runs/*", "link.eval", "hard.eval"])

    assert names(found) == ["runs/a.eval"]
    assert found.logs[0].named


def test_two_logs_that_share_a_main_file_are_two():
    """Where equal files are kept once, two runs of one specification share its file and nothing else."""
    put("one/run_spec.json", "one/stats.json", "two/stats.json", "three/stats.json")
    Path("two/run_spec.json").hardlink_to("one/run_spec.json")
    Path("three/run_spec.json").symlink_to("../one/run_spec.json")
    found = find_logs(["one", "two", "three", "one/stats.json"])

    assert names(found) == ["one/run_spec.json", "two/run_spec.json", "three/run_spec.json"]
    assert [log.files[1].shown for log in found.logs] == ["one/stats.json", "two/stats.json", "three/stats.json"]
    assert [log.named for log in found.logs] == [True, False, False]


def test_links_in_a_circle_end():
    """A folder that holds itself, and two that hold each other, are each entered once."""
    put("runs/a.eval", "runs/x/b.eval", "runs/y/c.eval")
    Path("runs/x/up").symlink_to("..")
    Path("runs/x/y").symlink_to("../y")
    Path("runs/y/x").symlink_to("../x")

    found = find_logs(["runs"])

    assert sorted(Path(name).name for name in names(found)) == ["a.eval", "b.eval", "c.eval"]


def test_what_is_hidden_or_no_file_is_skipped_and_listed():
    """Pipes and links to nothing are never opened."""
    put("runs/a.eval", "runs/.secret.eval", "runs/.git/b.eval")
    os.mkfifo("runs/pipe.eval")
    Path("runs/lost.eval").symlink_to("gone")
    found = find_logs(["runs"])

    assert names(found) == ["runs/a.eval"]
    assert dict(found.skipped) == {
        "runs/.git": "hidden",
        "runs/.secret.eval": "hidden",
        "runs/lost.eval": "cannot be looked at: No such file or directory",
        "runs/pipe.eval": "not a regular file",
    }
    assert names(find_logs(["runs/.secret.eval"])) == ["runs/.secret.eval"]


def test_a_folder_that_may_not_be_read_is_refused_and_the_others_are_walked(monkeypatch):
    """Logs might be missing from the evidence, so it is no detail."""
    put("runs/a/x.eval", "runs/b/y.eval", "runs/c/z.eval")
    listing = os.scandir

    def guarded(folder):
        if folder == "runs/b":
            raise PermissionError(13, "Permission denied")
        return listing(folder)

    monkeypatch.setattr(local.os, "scandir", guarded)
    found = find_logs(["runs"])

    assert names(found) == ["runs/a/x.eval", "runs/c/z.eval"]
    ((name, error),) = found.refused
    assert (name, error.hint) == ("runs/b", "Check its permissions; logs may be in it.")
    assert "cannot look into this folder: Permission denied" in str(error)


def test_what_is_not_there_is_refused_by_name_and_the_rest_is_found():
    """A path, a pattern without a match, a folder without a log, a name no system has."""
    put("a.eval", "empty/notes.txt")
    found = find_logs(["gone.eval", "a.eval", "*.json", "empty", "a.eval/below", "nul\0byte"])

    assert names(found) == ["a.eval"]
    assert [name for name, _ in found.refused] == ["gone.eval", "*.json", "empty", "a.eval/below", "nul\0byte"]
    assert [type(error) for _, error in found.refused] == [NotFound] * 4 + [RuleoutError]
    assert all(error.hint for _, error in found.refused)


def test_too_many_files_end_the_search_with_a_word():
    """In a folder, below it, or by a pattern."""
    put(*(f"runs/{n}/{m}.eval" for n in range(3) for m in range(4)))

    assert len(find_logs(["runs"], most_files=15).logs) == 12
    for named in ("runs", "runs/**/*"):
        with pytest.raises(RuleoutError, match="expected at most 14 files") as error:
            find_logs([named], most_files=14)
        assert error.value.hint


def test_ten_thousand_files_are_looked_through():
    """In one folder; those that are no logs are listed by name."""
    Path("runs").mkdir()
    for number in range(10_000):
        Path(f"runs/{number:06}.txt").touch()
    put("runs/x.eval")
    found = find_logs(["runs"])

    assert names(found) == ["runs/x.eval"]
    assert len(found.skipped) == 10_000
    assert found.skipped[-1][0] == "runs/009999.txt"


def test_names_that_are_no_text_are_written_out_and_still_opened():
    """Bytes that are no UTF-8, in a file's name and a folder's."""
    raw = os.fsdecode(b"r\xffn/\xfe.eval")
    put(raw)
    for named in (raw, os.fsdecode(b"r\xffn"), os.fsdecode(b"r\xffn/*")):
        (log,) = find_logs([named]).logs
        with open_log(log) as opened:
            assert (log.shown, opened.main.name, opened.size) == ("r\\xffn/\\xfe.eval", "\\xfe.eval", 10)


def test_two_names_that_are_written_the_same_are_not_taken_for_each_other():
    """A byte that is no text, and the four letters it is written as: one is refused, and each can be named."""
    raw = os.fsdecode(b"runs/\xfe.eval")
    put(raw, "runs/\\xfe.eval")
    found = find_logs(["runs"])

    assert (len(found.logs), len(found.refused)) == (1, 1)
    assert "written the same" in str(found.refused[0][1])
    assert [find_logs([name]).logs[0].files[0].path for name in (raw, "runs/\\xfe.eval")] == [raw, "runs/\\xfe.eval"]


def test_a_file_address_is_a_path(tmp_path):
    """With what is written out in it."""
    put("a b.eval")

    assert names(find_logs([f"file://{tmp_path}/a%20b.eval"])) == [f"{tmp_path}/a b.eval"]


# --- one log for a case -----------------------------------------------------------------------------------------------


def test_a_case_names_exactly_one_log():
    """By a file, or by a folder that holds one; wildcards are letters."""
    put("one/a.eval", "two/a.eval", "two/b.eval", "none/x.txt", "one/*.eval")
    Path("one/*.eval").unlink()

    assert find_one("one").shown == "one/a.eval"
    assert find_one("one/a.eval").shown == "one/a.eval"
    with pytest.raises(RuleoutError, match="expected one evaluation log, got 2"):
        find_one("two")
    for name in ("none", "one/*.eval", "gone"):
        with pytest.raises(NotFound):
            find_one(name)


# --- several files ----------------------------------------------------------------------------------------------------


def several(*found_names):
    put(*found_names)
    files = tuple(FoundFile(path=name, shown=name, name=Path(name).name, size=1, identity=name) for name in found_names)
    return FoundLog(files=files, named=True)


def test_companions_are_opened_with_the_main_file_first():
    """Each with its own bytes; the digest is that of their list."""
    with open_log(several("run/results.json", "run/samples.jsonl")) as log:
        assert [part.name for part in log.parts] == ["results.json", "samples.jsonl"]
        assert log.others[0].source.read(0, 99) == b"run/samples.jsonl"
        assert len(log.part_digests) == 2


def test_the_limit_is_that_of_all_files_together():
    """The second file may have only what the first has left."""
    log = several("run/results.json", "run/samples.jsonl")

    with open_log(log, limit_bytes=33):
        pass
    with pytest.raises(UnreadableLog) as error, open_log(log, limit_bytes=32):
        pass
    assert (error.value.reason, error.value.name) == ("too-large", "run/samples.jsonl")


def test_a_line_break_in_a_companion_s_name_is_refused():
    """It could forge a line of the list that is digested."""
    with pytest.raises(UnreadableLog) as error, open_log(several("run/results.json", "run/a\nb")):
        pass
    assert error.value.reason == "wrong-shape"


def test_a_companion_that_is_gone_refuses_the_log():
    """It is not read without it."""
    log = several("run/results.json", "run/samples.jsonl")
    Path("run/samples.jsonl").unlink()

    with pytest.raises(NotFound, match=r"run/samples\.jsonl: no such"), open_log(log):
        pass


# --- grouping by a format with companions -----------------------------------------------------------------------------


def pairs(all_names):
    """A format of the test's: `x.res` with `x.samples`, both needed."""
    return [(n, f"{n[:-4]}.samples") for n in all_names if n.endswith(".res") and f"{n[:-4]}.samples" in all_names]


@pytest.mark.parametrize("named", ["runs/a.res", "runs/a.samples", "runs", "runs/a*", "runs/a.samples runs/a.res"])
def test_naming_any_file_of_a_log_or_its_folder_names_the_log(monkeypatch, named):
    """The main file and its companion come together, once."""
    monkeypatch.setattr("ruleout.adapters.logs.found.group_files", pairs)
    put("runs/a.res", "runs/a.samples", "runs/b.res")
    found = find_logs(named.split())

    assert [[file.name for file in log.files] for log in found.logs] == [["a.res", "a.samples"]]
    assert found.logs[0].size == len("runs/a.res" + "runs/a.samples")


# --- keeping what another machine read --------------------------------------------------------------------------------


def test_a_log_that_another_machine_read_is_kept_only_if_it_is_still_the_same(tmp_path):
    """Its bytes go under their digest; changed ones are refused, and nothing of them is kept."""
    put("a.eval")
    log = find_one("a.eval")
    digest = hashlib.sha256(b"a.eval").hexdigest()
    kept = tmp_path / "ledger" / "objects" / digest[:2] / digest[2:]
    (tmp_path / "ledger").mkdir()
    reading = Reading(digest=digest)

    assert keep_here(log, reading, tmp_path / "ledger") is reading
    assert kept.read_bytes() == b"a.eval"

    Path("a.eval").write_bytes(b"other")
    refused = keep_here(log, reading, tmp_path / "ledger")
    assert (refused.error.reason, refused.digest) == ("changed", digest)
    assert [p.name for p in kept.parent.parent.rglob("*") if p.is_file()] == [kept.name]


def test_a_disk_that_fails_while_keeping_is_the_ledger_s_error(tmp_path, monkeypatch):
    """Not the log's, and nothing half written stays."""
    put("a.eval")
    (tmp_path / "ledger").mkdir()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ruleout.adapters.logs.kept.SystemFiles.sync", full)
    reading = Reading(digest=hashlib.sha256(b"a.eval").hexdigest())
    with pytest.raises(LedgerError, match="No space left"):
        keep_here(find_one("a.eval"), reading, tmp_path / "ledger")
    assert [p for p in (tmp_path / "ledger").rglob("*") if p.is_file()] == []
