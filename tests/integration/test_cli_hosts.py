# SPDX-License-Identifier: Apache-2.0
"""`ruleout hosts`: a host's log enters the main record, again as it grows; one that was rewritten or cut off does not (L-11)."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.failing_files import no_file
from tests.integration.command_line import NOW, ROOT, Anybody, Ran, run, seeds
from tests.integration.test_log_one_file_verifier import SINGLE
from tests.ledger_builders import SUBJECTS, FakeSigner, ref

from ruleout.app.ledger import recording
from ruleout.app.settings import from_environment
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.ledger import EntryType

MAIN, HOST = "lab.example/record", "lab.example/edge-1"
KEYS = seeds("lab-log", "gateway-log", "recorder-eve", "gateway-1", "gateway-2")
SEGMENTS = ROOT / "examples" / "audit"


@dataclass(frozen=True)
class Place:
    """A main record and a host's workspace beside it."""

    folder: Path

    def run(self, *words: object) -> Ran:
        return run(*words, env=KEYS, folder=self.folder)

    def done(self, *words: object) -> Ran:
        ran = self.run(*words)
        assert ran.code == 0, ran.err + ran.text
        return ran

    def grow(self, key: str) -> None:
        """Add an entry to the host's log."""
        self.done("key", "new", key, "--role", "gateway", "--person", key, "-w", "sealing")

    def take(self, *words: object, folder: str = "sealing") -> Ran:
        return self.run("hosts", "take", folder, "--key", "recorder-eve", "-w", "record", *words)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.done("init", "record", "--origin", MAIN, "--producer", "lab")
    made.done("init", "sealing", "--origin", HOST, "--producer", "gateway")
    made.done("key", "new", "recorder-eve", "--role", "recorder", "--person", "eve", "-w", "record")
    made.grow("gateway-1")
    return made


def sizes(place: Place) -> list[int]:
    told = place.done("hosts", "show", "-w", "record", "--json").json
    return [state["size"] for host in told["hosts"] for state in host["states"]]


def test_a_log_is_taken_as_it_grows_and_nothing_is_added_where_it_does_not(place: Place) -> None:
    assert place.done("hosts", "show", "-w", "record").text == "the record knows no host's log\n"
    first = place.take()
    assert (first.code, "the first state" in first.text) == (0, True)
    assert "compare it with one you know" in first.err
    again = place.take("--json")
    assert (again.code, again.json["new"], again.err) == (0, False, "")
    place.grow("gateway-2")
    grown = place.take()
    assert (grown.code, f"extends that of size {sizes(place)[0]}" in grown.text) == (0, True)
    assert len(sizes(place)) == 2
    assert place.done("verify", "record").code == 0


def test_both_verifiers_hold_a_copy_against_the_record(place: Place) -> None:
    place.take()
    for name in ("record", "sealing"):
        place.done("export", f"{name}.json", "-w", name)
    place.grow("gateway-2")

    assert f"host-log {HOST}" in place.done("verify", "record.json", "--host", "sealing.json").text
    assert place.done("verify", "record", "--host", "sealing").code == 0
    files = [str(place.folder / f"{name}.json") for name in ("record", "sealing")]
    assert SINGLE.main([files[0], "--host", files[1]]) == 0


def test_a_copy_that_is_compared_with_nothing_is_no_success(place: Place) -> None:
    """Another host's log, one never taken, or chosen entries of the one that was: it is said, and both verifiers exit 3."""
    for name in ("record", "sealing"):
        place.done("export", f"{name}.json", "-w", name)
    for words in (("record", "--host", "sealing"), ("record.json", "--host", "sealing.json")):
        ran = place.run("verify", *words)
        assert (ran.code, "was compared with nothing" in " ".join(ran.text.split())) == (3, True)
    place.take()
    place.done("init", "unrelated", "--origin", "lab.example/edge-2", "--producer", "gateway")
    place.done("key", "new", "gateway-2", "--role", "gateway", "--person", "bo", "-w", "unrelated")
    for name in ("record", "unrelated"):
        place.done("export", f"{name}-now.json", "-w", name)
    place.done("export", "chosen.json", "--entry", "0", "-w", "sealing")
    files = {name: str(place.folder / name) for name in ("record-now.json", "unrelated-now.json", "chosen.json")}
    for other in ("unrelated-now.json", "chosen.json"):
        given = ("record-now.json", "--host", "sealing.json", "--host", other)
        ran = place.run("verify", *given, "--json")
        assert (ran.code, ran.json["holds"]) == (3, True)
        assert SINGLE.main([files["record-now.json"], "--host", files[other]]) == 3


def test_a_log_that_was_cut_off_or_rewritten_is_refused_and_nothing_is_written(place: Place) -> None:
    shutil.copytree(place.folder / "sealing", place.folder / "backup")
    place.grow("gateway-2")
    assert place.take().code == 0
    known = sizes(place)

    cut = place.take(folder="backup")
    assert cut.code == 1
    assert f"at least the {known[0]} entries that the record knows" in cut.err
    place.done("key", "new", "gateway-2", "--role", "gateway", "--person", "another", "-w", "backup")
    forked = place.take(folder="backup")
    assert forked.code == 1
    assert "got others" in forked.err
    assert "Nothing was written" in forked.err
    assert sizes(place) == known
    found = place.run("verify", "record", "--host", "backup")
    assert (found.code, "failed: host-log" in " ".join(found.text.split())) == (1, True)


def test_a_key_known_from_elsewhere_must_have_signed(place: Place) -> None:
    told = next(
        line for line in place.done("verify", "sealing").text.split() if line.startswith(f"{HOST}+")
    )  # fmt: skip
    stranger = place.take("--vkey", FakeSigner(HOST).key)
    assert stranger.code == 1
    assert sizes(place) == []
    ran = place.take("--vkey", told)
    assert (ran.code, ran.err) == (0, "")


def named(place: Place, folder: str = "sealing") -> list[list[str]]:
    """The keys that a log's folder names, by generation."""
    told = json.loads((place.folder / folder / "ledger" / "log.json").read_text())
    return told["vkeys"] if "vkeys" in told else [[told["vkey"]]]


@pytest.mark.parametrize("generation", [0, 1])
def test_a_key_known_from_before_or_after_the_log_changed_it_will_do(place: Place, generation: int) -> None:
    """The change proves the one by the other. Keys of two generations at once never signed together."""
    keys = {**KEYS, **seeds("gateway-log-2")}
    assert run("key", "rotate", "--log", "-w", "sealing", env=keys, folder=place.folder).code == 0
    (old,), (new,) = named(place)
    both = place.take("--vkey", old, "--vkey", new)
    assert (both.code, "among the log's keys" in both.err) == (1, True)
    ran = place.take("--json", "--vkey", (old, new)[generation])
    assert (ran.code, ran.err, ran.json["vkeys"]) == (0, "", [new])
    assert place.take("--vkey", old).code == 0
    assert place.take("--vkey", FakeSigner(HOST).key).code == 1
    assert place.done("verify", "record", "--host", "sealing").code == 0


def test_a_log_that_has_changed_its_key_is_followed(place: Place) -> None:
    assert place.take().code == 0
    keys = {**KEYS, **seeds("gateway-log-2")}
    rotated = run("key", "rotate", "--log", "-w", "sealing", env=keys, folder=place.folder)
    assert rotated.code == 0, rotated.err
    taken = run("hosts", "take", "sealing", "--key", "recorder-eve", "-w", "record", env=keys, folder=place.folder)
    assert taken.code == 0, taken.err
    assert "1 under another key" in " ".join(place.done("verify", "record").text.split())


def test_a_log_that_signs_with_two_algorithms_is_taken_under_both(place: Place) -> None:
    env = {**KEYS, **seeds("double-log", "double-log-pq")}
    made = run(
        "init", "double", "--origin", "lab.example/edge-2", "--producer", "double", "--post-quantum",
        env=env, folder=place.folder,
    )  # fmt: skip
    assert made.code == 0, made.err
    for name in ("gateway-1", "gateway-2"):
        ran = run(
            "key", "new", name, "--role", "gateway", "--person", name, "-w", "double", env=env, folder=place.folder
        )
        assert ran.code == 0, ran.err
        taken = place.take("--json", "--vkey", named(place, "double")[0][0], folder="double")  # the Ed25519 key alone
        assert (taken.code, len(taken.json["vkeys"])) == (0, 2), taken.err
    for name in ("record", "double"):
        place.done("export", f"{name}.json", "-w", name)
    files = [str(place.folder / f"{name}.json") for name in ("record", "double")]
    assert SINGLE.main([files[0], "--host", files[1]]) == 0
    assert place.done("verify", files[0], "--host", files[1]).code == 0


def test_the_record_itself_and_what_is_no_log_are_refused(place: Place) -> None:
    itself = place.take(folder="record")
    assert (itself.code, "the record itself" in itself.err) == (2, True)
    (place.folder / "empty").mkdir()
    assert place.take(folder="empty").code == 2
    assert place.run("hosts", "take", "sealing", "-w", "record").code == 2
    assert sizes(place) == []


def test_a_damaged_log_is_refused(place: Place) -> None:
    tile = next((place.folder / "sealing" / "ledger" / "tile" / "entries").rglob("*.p/*"))
    tile.write_bytes(tile.read_bytes().replace(b"gateway-1", b"gateway-9"))

    assert place.take().code == 1
    assert sizes(place) == []


def test_a_log_that_does_not_verify_is_refused(place: Place) -> None:
    """An entry by a key that is not in the keyring, written past the verbs: every file holds, the record does not."""
    env = {**KEYS, **seeds("stranger"), "RULEOUT_KEYS": "/nonexistent"}
    keys = Keys(settings=from_environment(env), ask=lambda name: name)
    with recording(open_workspace(place.folder / "sealing"), keys, at=NOW) as (_, recorder):
        recorder.counting = Anybody()
        kind = EntryType.AUDIT_BATCH
        by = keys.unlock("stranger")
        recorder.add(kind, "batch/0", SUBJECTS[kind], refs=(ref(name="records"),), signer=by)
        recorder.commit()

    assert place.run("verify", "sealing").code == 1
    for folder in ("sealing", "sealing/ledger"):
        ran = place.take(folder=folder)
        assert (ran.code, "host-log: authors" in ran.err) == (1, True)
    assert sizes(place) == []


def test_a_copy_of_the_logs_folder_is_taken_with_the_keyring_that_it_names(place: Place) -> None:
    shutil.copytree(place.folder / "sealing" / "ledger", place.folder / "copy")
    assert place.take(folder="copy").code == 0
    place.grow("gateway-2")
    shutil.copytree(place.folder / "sealing" / "ledger", place.folder / "public")
    shutil.rmtree(place.folder / "public" / "objects")
    ran = place.take(folder="public")

    assert ran.code == 1
    assert "copy the log's folder with its `objects`" in ran.err
    assert len(sizes(place)) == 1


def files_of(place: Place) -> dict[str, Path]:
    """A file of each kind in the host's folder."""
    folder = place.folder / "sealing" / "ledger"
    entries = next((folder / "tile" / "entries").rglob("*.p/*"))
    keyring = next(path for path in (folder / "objects").rglob("*") if path.is_file())
    return {"log.json": folder / "log.json", "checkpoint": folder / "checkpoint", "tile": entries, "object": keyring}


@pytest.mark.parametrize("what", ["log.json", "checkpoint", "tile", "object"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "link to a device"])
def test_what_stands_in_the_place_of_a_hosts_file_is_refused_at_once(place: Place, what: str, kind: str) -> None:
    """A pipe would otherwise hold the main record's lock for ever."""
    path = files_of(place)[what]
    path.unlink()
    no_file(kind, path)

    assert (place.take().code, sizes(place)) == (2, [])


@pytest.mark.parametrize("what", ["log.json", "checkpoint", "tile", "object"])
def test_a_hosts_file_that_would_fill_the_memory_is_refused(place: Place, what: str) -> None:
    with files_of(place)[what].open("r+b") as file:
        file.truncate(3 << 30)
    ran = place.take()

    assert (ran.code, "a regular file of at most" in ran.err) == (2, True)
    assert sizes(place) == []
