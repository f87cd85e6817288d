# SPDX-License-Identifier: Apache-2.0
"""A copy fetched from a mirror: the store is not believed, and an earlier copy stays as it was or goes on (L-11)."""

from __future__ import annotations

import fcntl
import random
from pathlib import Path

import pytest
from tests.integration.test_log_writer import files, new_log
from tests.ledger_builders import LOG, ORIGIN, FakeSigner
from tests.mirror_builders import ONE_WITNESS, OTHER, Bucket, grow, other_log, published, rotate, with_policy, witnessed
from tests.witness_builders import signer

from ruleout.adapters.log_writer import create_log
from ruleout.adapters.mirror.store import Held, Mirror
from ruleout.adapters.tile_store import LogKeys, audit_log, description, read_log
from ruleout.app.mirror.fetch import fetch
from ruleout.app.mirror.push import AT_ONCE
from ruleout.errors import LedgerError, NotFound, VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, sign_checkpoint
from ruleout.ledger.cosignature import Algorithm, cosign
from ruleout.ledger.tile import MAX_ENTRY_BYTES


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


def test_whatever_a_store_gives_a_copy_stays_as_it_was_or_holds(tmp_path: Path, bucket: Bucket) -> None:
    """Every file flipped, cut, made longer, emptied, taken away, or larger than any file of a log."""
    log = new_log(tmp_path, 250)
    bucket.push(log)
    bucket.fetch(tmp_path / "copy")
    kept = files(tmp_path / "copy")
    grow(log, 300)
    bucket.push(log)
    draw = random.Random(11)
    for name in ("log.json", "checkpoint", *(name for name in bucket.files if name not in kept)):
        data = bucket.files[name]
        nth = draw.randrange(len(data))
        flipped = data[:nth] + bytes([data[nth] ^ 1]) + data[nth + 1 :]
        for wrong in (flipped, data[:-1], data + b"\0", b"", None, bytes(257 * (2 + MAX_ENTRY_BYTES))):
            bucket.put(name, wrong)
            with pytest.raises((VerificationFailed, LedgerError, NotFound)):
                bucket.fetch(tmp_path / "copy")
            assert files(tmp_path / "copy") == kept, name
            with pytest.raises((VerificationFailed, LedgerError, NotFound)):
                bucket.fetch(tmp_path / "new")
            assert published(tmp_path / "new") == {} if (tmp_path / "new").exists() else True
        bucket.put(name, data)
    assert bucket.fetch(tmp_path / "copy").view.size == 550


def test_a_copy_goes_on_to_no_other_log_and_no_earlier_state(tmp_path: Path) -> None:
    first = Bucket()
    first.push(new_log(tmp_path, 300))
    first.fetch(tmp_path / "copy")
    kept = files(tmp_path / "copy")
    resigned = tmp_path / "resigned"
    create_log(resigned, OTHER)
    grow(resigned, 310, OTHER)
    others = [(other_log(tmp_path, 310), "expected root"), (resigned, "among the log's keys")]
    others += [(new_log(tmp_path / str(size), size), f"{size} others") for size in (299, 256)]
    for log, why in others:
        bucket = Bucket()
        bucket.push(log)
        with pytest.raises(VerificationFailed, match=why):
            bucket.fetch(tmp_path / "copy")
        assert files(tmp_path / "copy") == kept


@pytest.mark.parametrize("first", [LOG, OTHER])
def test_a_key_that_no_entry_leads_to_signs_no_copy(tmp_path: Path, bucket: Bucket, first: FakeSigner) -> None:
    """Though `log.json` names it beside the log's own, which the reader knows or has a copy under."""
    log, forged = new_log(tmp_path, 300), tmp_path / "forged"
    bucket.push(log)
    bucket.fetch(tmp_path / "copy")
    kept = files(tmp_path / "copy")
    create_log(forged, OTHER)
    grow(forged, 310, OTHER)
    second = LOG if first is OTHER else OTHER
    named = description(LogKeys(((first.key,), (second.key,))))
    for path, data in (published(forged) | {"log.json": named}).items():
        bucket.put(path, data)

    for folder in ("copy", "new"):
        with pytest.raises(VerificationFailed):
            fetch(bucket.mirror(), tmp_path / folder, vkeys=[LOG.key])
    assert (files(tmp_path / "copy"), (tmp_path / "new/checkpoint").exists()) == (kept, False)


def test_a_key_that_is_named_before_its_entry_is_there_is_no_key_of_the_copy(tmp_path: Path, bucket: Bucket) -> None:
    """As when a push broke off between `log.json` and the checkpoint; or a store made it up."""
    log = new_log(tmp_path, 5)
    bucket.push(log)
    earlier = bucket.files["checkpoint"]
    rotate(log)
    bucket.push(log)
    bucket.put("checkpoint", earlier)
    assert bucket.fetch(tmp_path / "copy").view.keys == (LOG.key,)
    bucket.push(log)
    assert bucket.fetch(tmp_path / "copy").view.keys == (LOG.key, OTHER.key)


def test_a_first_fetch_that_was_killed_is_made_good_by_the_next(tmp_path: Path, bucket: Bucket) -> None:
    """Whatever stands there by then: tiles that a store made up, the keys without a checkpoint, half a file."""
    bucket.push(new_log(tmp_path, 300))
    bucket.fetch(tmp_path / "copy")
    whole = files(tmp_path / "copy")
    for half in ("log.json.tmp", "checkpoint.tmp", "tile/entries/000.tmp"):
        (tmp_path / "copy" / "checkpoint").unlink()
        (tmp_path / "copy" / "tile/entries/000").write_bytes(b"made up")
        (tmp_path / "copy" / half).write_bytes(b"made")
        assert (bucket.fetch(tmp_path / "copy").before, files(tmp_path / "copy")) == (None, whole)


def test_of_two_fetches_into_a_folder_the_second_takes_nothing_from_the_first(tmp_path: Path, bucket: Bucket) -> None:
    """One that fails removes what it wrote, which would be what the other stands on."""
    bucket.push(new_log(tmp_path, 300))
    refused: list[str] = []

    class Twice(Mirror):
        def read(self, path: str, *, limit_bytes: int) -> Held | None:
            if path == "tile/1/000.p/1" and not refused:
                refused.append("")
                with pytest.raises(LedgerError, match="expected no other fetch") as error:
                    bucket.fetch(tmp_path / "copy")
                refused.append(str(error.value))
            return super().read(path, limit_bytes=limit_bytes)

    assert fetch(bucket.mirror(Twice), tmp_path / "copy").view.size == 300
    assert (len(refused), audit_log(read_log(tmp_path / "copy"), [LOG.key]).size) == (2, 300)
    assert bucket.fetch(tmp_path / "copy").before == 300


def test_a_folder_is_held_by_a_file_in_it(tmp_path: Path, bucket: Bucket) -> None:
    """NFS has locks of files that are open to be written, and of nothing else."""
    bucket.push(new_log(tmp_path, 3))
    bucket.fetch(tmp_path / "copy")
    with (tmp_path / "copy/lock").open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(LedgerError, match="expected no other fetch"):
            bucket.fetch(tmp_path / "copy")
    assert bucket.fetch(tmp_path / "copy").before == 3


def test_a_fetch_that_another_overtakes_comes_too_late_and_finds_no_fork(tmp_path: Path, bucket: Bucket) -> None:
    log = new_log(tmp_path, 300)
    bucket.push(log)

    class Overtaken(Mirror):
        def read(self, path: str, *, limit_bytes: int) -> Held | None:
            held = super().read(path, limit_bytes=limit_bytes)
            if path == "log.json":
                grow(log, 10)
                bucket.push(log)
                bucket.fetch(tmp_path / "copy")
            return held

    with pytest.raises(LedgerError, match="got another copy by now"):
        fetch(bucket.mirror(Overtaken), tmp_path / "copy")
    assert read_log(tmp_path / "copy").size == 310


def test_a_key_known_from_elsewhere_must_be_the_logs(tmp_path: Path, bucket: Bucket) -> None:
    bucket.push(new_log(tmp_path, 3))
    with pytest.raises(VerificationFailed, match="among the log's keys"):
        fetch(bucket.mirror(), tmp_path / "copy", vkeys=[OTHER.key])
    assert not (tmp_path / "copy").exists()


def test_a_folder_that_is_no_copy_is_left_alone(tmp_path: Path, bucket: Bucket) -> None:
    """The log itself, a folder of something else, a file."""
    log = new_log(tmp_path, 3)
    bucket.push(log)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_text("x")
    (tmp_path / "file").write_text("x")
    for folder in (log, tmp_path / "full", tmp_path / "file"):
        with pytest.raises(LedgerError, match="expected a copy of a log"):
            bucket.fetch(folder)


def test_no_more_of_what_a_store_gives_is_in_memory_than_is_asked_for_at_once(tmp_path: Path) -> None:
    """It signs any size itself, and each of its bundles may be the largest there is; a tile of hashes is small."""
    create_log(tmp_path / "made-up", LOG)
    note = sign_checkpoint(Checkpoint(ORIGIN, 256 * 40, bytes(32)), LOG)
    given = {"log.json": (tmp_path / "made-up/log.json").read_bytes(), "checkpoint": note.encode()}
    asked, held = [], []

    class Endless(Mirror):
        def read(self, path: str, *, limit_bytes: int) -> Held | None:
            asked.append(limit_bytes)
            held.append(len(asked) - len(files(tmp_path / "copy")) if (tmp_path / "copy").exists() else 0)
            return None if path.startswith("tile/1") else Held(given.get(path, b"x"), {})

    with pytest.raises(LedgerError, match="got none"):
        fetch(Endless(None, base="mem://", prefix=""), tmp_path / "copy")
    assert (max(held) <= AT_ONCE + 2, asked[-1]) == (True, 256 * 32)


def test_no_copy_and_no_mirror_keeps_a_false_line_in_a_witnesss_name(tmp_path: Path, bucket: Bucket) -> None:
    """It would keep out what the witness signed of the same state, and no reader would take the copy."""
    log = new_log(tmp_path, 3)
    with_policy(log, ONE_WITNESS)
    bare = read_log(log).checkpoint
    other = Checkpoint(ORIGIN, 4, bytes(32))
    wrong = cosign(other, signer("a.example/w"), time=1_700_000_000, algorithm=Algorithm.ED25519)
    witnessed(log, "a.example/w")
    whole = read_log(log).checkpoint
    bucket.push(log)
    for told, kept in ((bare + wrong, bare), (whole, whole), (bare + wrong, whole), (whole + wrong, whole)):
        bucket.put("checkpoint", told.encode())
        assert bucket.fetch(tmp_path / "copy").view.checkpoint == kept
    bucket.put("checkpoint", (whole + whole.removeprefix(bare)).encode())
    assert bucket.fetch(tmp_path / "new").view.checkpoint == whole

    (log / "checkpoint").write_text(bare)
    bucket.put("checkpoint", (bare + wrong).encode())
    bucket.push(log)
    assert bucket.files["checkpoint"] == bare.encode()


@pytest.mark.parametrize("text", [b"\xff", b"nonsense", None])
def test_a_log_whose_policy_is_none_or_not_at_hand_is_mirrored_as_it_is(
    tmp_path: Path, bucket: Bucket, text: bytes | None
) -> None:
    """What a record names there is for its readers to judge."""
    log = new_log(tmp_path, 3)
    with_policy(log, text or ONE_WITNESS)
    witnessed(log, "a.example/w")
    for path in [path for path in log.glob("objects/*/*") if text is None]:
        path.unlink()
    bucket.push(log)
    assert bucket.push(log).files == 0
    assert bucket.fetch(tmp_path / "copy").view.checkpoint == read_log(log).checkpoint
