# SPDX-License-Identifier: Apache-2.0
"""A log's mirror in an object store: grows with the log, never forks, breaks off without harm, and is not believed (L-11)."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.integration.test_log_writer import entries, files, new_log
from tests.ledger_builders import LOG, ORIGIN, FakeSigner, draft
from tests.unit.adapters.local_stores import gcs_server
from tests.witness_builders import signer

from ruleout.adapters.log_writer import create_log, open_log
from ruleout.adapters.mirror.store import Held, Mirror, open_mirror
from ruleout.adapters.tile_store import LogKeys, audit_log, description, put_object, read_log
from ruleout.app.mirror.fetch import Fetched, fetch
from ruleout.app.mirror.push import AT_ONCE, Pushed, push
from ruleout.errors import LedgerError, NotFound, RuleoutError, VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, sign_checkpoint
from ruleout.ledger.cosignature import Algorithm, cosign
from ruleout.ledger.entry import EntryType, to_bytes
from ruleout.ledger.signing import sign_entry
from ruleout.ledger.tile import MAX_ENTRY_BYTES

obstore = pytest.importorskip("obstore", reason="NOT TESTED: mirrors need the extra `remote`")


class Second(FakeSigner):
    """Another key under the same name."""

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"second").digest())


OTHER = Second(ORIGIN)


class Bucket:
    """A store in memory with the mirror of one log in it."""

    def __init__(self) -> None:
        self.store = obstore.store.MemoryStore()

    def mirror(self, kind: type[Mirror] = Mirror) -> Mirror:
        return kind(self.store, base="mem://bucket", prefix="/logs/lab/")

    @property
    def files(self) -> dict[str, bytes]:
        listed = [meta["path"] for chunk in obstore.list(self.store) for meta in chunk]
        return {path.removeprefix("logs/lab/"): bytes(obstore.get(self.store, path).bytes()) for path in listed}

    def put(self, path: str, data: bytes | None) -> None:
        if data is None:
            obstore.delete(self.store, f"logs/lab/{path}")
        else:
            obstore.put(self.store, f"logs/lab/{path}", data)

    def push(self, log: Path, *, is_whole: bool = False) -> Pushed:
        return push(log, self.mirror(), is_whole=is_whole)

    def fetch(self, folder: Path) -> Fetched:
        return fetch(self.mirror(), folder)


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


def grow(log: Path, count: int, signer: FakeSigner = LOG) -> None:
    with open_log(log, signer) as writer:
        writer.append(entries(count, writer.size))
        writer.publish()


def rotate(log: Path) -> None:
    """The log's own entry, signed by both keys, and then the new key."""
    said = {"act": "rotate", "replaces": LOG.key.key_id, "roles": ("log",), "from": "2026-01-01T00:00:00Z"}
    entry = draft(EntryType.KEY, subject={**said, "vkey": str(OTHER.key)})
    with open_log(log, LOG) as writer:
        writer.append([to_bytes(sign_entry(sign_entry(entry, LOG), OTHER))])
        writer.publish()
        writer.hand_over(OTHER)


def witnessed(log: Path, name: str) -> None:
    line = cosign(read_log(log).head, signer(name), time=1_700_000_000, algorithm=Algorithm.ED25519)
    with open_log(log, LOG) as writer:
        writer.add_lines([line])


def published(log: Path) -> dict[str, bytes]:
    return {name: data for name, data in files(log).items() if name not in ("journal", "lock")}


# --- what is pushed is what is fetched ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 700])
def test_a_mirror_is_the_log_and_a_copy_of_it_is_the_mirror(tmp_path: Path, bucket: Bucket, size: int) -> None:
    log = new_log(tmp_path, size)
    pushed = bucket.push(log)
    fetched = bucket.fetch(tmp_path / "copy")

    assert bucket.files == published(log) == files(tmp_path / "copy")
    assert (pushed.before, pushed.head, pushed.files) == (None, read_log(log).head, len(bucket.files))
    assert (fetched.before, fetched.view.size) == (None, size)


def test_what_grows_sends_what_is_new_and_overwrites_the_checkpoint_alone(tmp_path: Path, bucket: Bucket) -> None:
    log = new_log(tmp_path, 300)
    for count in (1, 211, 1, 600):
        bucket.push(log)
        bucket.fetch(tmp_path / "copy")
        before = bucket.files
        grow(log, count)
        pushed = bucket.push(log)
        fetched = bucket.fetch(tmp_path / "copy")
        changed = {name for name, data in before.items() if bucket.files[name] != data}

        assert (changed, pushed.files) == ({"checkpoint"}, len(bucket.files) - len(before) + 1)
        assert (fetched.before, fetched.view.size) == (pushed.before and pushed.before.size, pushed.head.size)
        assert published(log).items() <= bucket.files.items()
        assert audit_log(read_log(tmp_path / "copy"), [LOG.key]).size == read_log(log).size
    again = bucket.push(log)
    assert (again.files, bucket.fetch(tmp_path / "copy").before) == (0, again.head.size)


def test_only_objects_by_which_keys_are_judged_leave(tmp_path: Path, bucket: Bucket) -> None:
    """Evidence and whatever else was kept beside the log stays where it is."""
    log = new_log(tmp_path, 3)
    put_object(log, b"an evaluation's answers")
    bucket.push(log)
    assert not [name for name in bucket.files if name.startswith("objects")]


def test_a_log_that_changed_its_key_goes_on_in_its_mirror_and_its_copy(tmp_path: Path, bucket: Bucket) -> None:
    log = new_log(tmp_path, 5)
    bucket.push(log)
    bucket.fetch(tmp_path / "copy")
    rotate(log)
    bucket.push(log)
    bucket.fetch(tmp_path / "copy")
    grow(log, 2, OTHER)
    bucket.push(log)

    assert fetch(bucket.mirror(), tmp_path / "copy", vkeys=[LOG.key]).view.size == 8
    assert fetch(bucket.mirror(), tmp_path / "new", vkeys=[OTHER.key]).view.key == OTHER.key
    assert files(tmp_path / "copy") == published(log)


def test_a_store_that_knows_versions_by_number_takes_the_next_state_too(tmp_path: Path) -> None:
    """Google's compares generations, and no ETags."""
    log, held = new_log(tmp_path, 3), dict[str, bytes]()
    with gcs_server(held) as (host, seen):
        said = {"gcs_base_url": f"http://{host}", "disable_oauth": True, "client_email": "", "private_key": ""}
        account = json.dumps({**said, "private_key_id": ""})
        store = obstore.store.GCSStore("bucket", service_account_key=account, client_options={"allow_http": True})
        mirror = Mirror(store, base="gs://bucket", prefix="lab")
        push(log, mirror)
        grow(log, 2)
        assert push(log, mirror).head.size == 5
        stale = mirror.read("checkpoint", limit_bytes=1000)
        grow(log, 2)
        push(log, mirror)
        assert not mirror.replace("checkpoint", b"x", stale)
    assert held["lab/checkpoint"] == (log / "checkpoint").read_bytes()
    assert all("x-goog-if-generation-match" in fields for verb, _, fields in seen if verb == "PUT")


# --- breaking off, and two at once ----------------------------------------------------------------------------------------


def failing_at(step: int) -> type[Mirror]:
    """A mirror whose store goes away at a put: every one from that on fails."""
    left = [step]

    class Failing(Mirror):
        def _put(self, path: str, data: bytes, mode: object) -> bool:
            left[0] -= 1
            if left[0] < 0:
                raise RuleoutError(f"{path}: the store has gone")
            return super()._put(path, data, mode)

    return Failing


@pytest.mark.parametrize("step", range(9))
def test_a_push_that_breaks_off_leaves_a_whole_mirror_and_the_next_makes_it_good(
    tmp_path: Path, bucket: Bucket, step: int
) -> None:
    log = new_log(tmp_path, 250)
    bucket.push(log)
    grow(log, 600)
    with pytest.raises(RuleoutError, match="has gone"):
        push(log, bucket.mirror(failing_at(step)))

    assert bucket.fetch(tmp_path / "copy").view.size == 250
    bucket.push(log)
    assert bucket.fetch(tmp_path / "copy").view.size == 850
    assert published(log).items() <= bucket.files.items()


def racing(act: Callable[[], object]) -> type[Mirror]:
    """A mirror to which somebody else pushes between our look at its checkpoint and our change of it."""

    class Racing(Mirror):
        def replace(self, path: str, data: bytes, before: Held | None) -> bool:
            if path == "checkpoint":
                act()
            return super().replace(path, data, before)

    return Racing


def test_of_two_pushes_at_once_the_later_hears_that_it_came_too_late(tmp_path: Path, bucket: Bucket) -> None:
    """And a mirror does not go back to the smaller of two states."""
    log = new_log(tmp_path, 10)
    bucket.push(log)
    grow(log, 10)

    def overtake() -> None:
        grow(log, 10)
        bucket.push(log)

    with pytest.raises(RuleoutError, match="another by now") as error:
        push(log, bucket.mirror(racing(overtake)))
    assert "Run it again" in error.value.hint
    assert bucket.fetch(tmp_path / "copy").view.size == 30


@pytest.mark.parametrize("at", ["checkpoint", "log.json"])
@pytest.mark.parametrize("act", [rotate, lambda log: grow(log, 10)])
def test_who_is_overtaken_by_another_push_finds_no_fork(
    tmp_path: Path, bucket: Bucket, at: str, act: Callable[[Path], None]
) -> None:
    """Before or between the looks at what the mirror states, also where the log has another key by then."""

    class Overtaken(Mirror):
        def read(self, path: str, *, limit_bytes: int) -> Held | None:
            if path == at and not done:
                done.append(path)
                act(log)
                bucket.push(log)
            return super().read(path, limit_bytes=limit_bytes)

    log, done = new_log(tmp_path / "pushed", 10), []
    bucket.push(log)
    assert (push(log, bucket.mirror(Overtaken)).head, done) == (read_log(log).head, [at])

    bucket.store = obstore.store.MemoryStore()
    log, done = new_log(tmp_path / "fetched", 10), []
    bucket.push(log)
    fetch(bucket.mirror(Overtaken), tmp_path / "copy")
    assert (bucket.fetch(tmp_path / "copy").view.head, done) == (read_log(log).head, [at])


def test_a_put_that_was_done_though_the_store_said_no_counts(tmp_path: Path, bucket: Bucket) -> None:
    """As where an answer is lost and the library asks again."""
    log = new_log(tmp_path, 10)
    bucket.push(log)
    grow(log, 1)
    assert push(log, bucket.mirror(racing(lambda: bucket.push(log)))).head.size == 11


def test_what_witnesses_signed_of_a_state_is_only_added_to(tmp_path: Path, bucket: Bucket) -> None:
    """By a push of a checkpoint that was made anew from the journal, and by a store that takes their lines away."""
    log = new_log(tmp_path, 3)
    bare = read_log(log)
    witnessed(log, "a.example/w")
    bucket.push(log)
    whole = (log / "checkpoint").read_bytes()
    (log / "checkpoint").write_text(bare.checkpoint)
    assert (bucket.push(log).files, bucket.files["checkpoint"]) == (0, whole)
    (log / "checkpoint").write_bytes(whole)

    bucket.fetch(tmp_path / "copy")
    bucket.put("checkpoint", bare.checkpoint.encode())
    assert bucket.fetch(tmp_path / "copy").view.checkpoint.encode() == whole
    assert (tmp_path / "copy/checkpoint").read_bytes() == whole
    witnessed(log, "b.example/w")
    bucket.push(log)
    bucket.fetch(tmp_path / "copy")
    assert (
        (tmp_path / "copy/checkpoint").read_bytes() == (log / "checkpoint").read_bytes() == bucket.files["checkpoint"]
    )
    grow(log, 1)
    bucket.push(log)
    assert bucket.fetch(tmp_path / "copy").view.checkpoint == read_log(log).checkpoint


# --- what is not a state of the log ---------------------------------------------------------------------------------------


def other_log(folder: Path, count: int, signer: FakeSigner = LOG) -> Path:
    path = folder / "other"
    create_log(path, signer)
    with open_log(path, signer) as writer:
        writer.append([b"other %d" % number for number in range(count)])
        writer.publish()
    return path


def test_a_log_that_is_not_the_mirrors_is_refused_and_nothing_is_written(tmp_path: Path, bucket: Bucket) -> None:
    """Set back, rewritten, under another key, under a key that the mirror knows and it does not."""
    log = new_log(tmp_path, 300)
    bucket.push(log)
    before = bucket.files
    back, rotated = new_log(tmp_path / "b", 290), new_log(tmp_path / "r", 310)
    cases = [(back, "at most the 290 entries"), (other_log(tmp_path, 300), "first 300 entries of this log, got others")]
    cases.append((other_log(tmp_path / "k", 300, OTHER), "keys of"))
    for wrong, why in cases:
        with pytest.raises(VerificationFailed, match=why):
            bucket.push(wrong)
        assert bucket.files == before
    with open_log(rotated, LOG) as writer:
        writer.hand_over(OTHER)
    bucket.push(rotated)
    grow(log, 10)
    with pytest.raises(VerificationFailed, match="later ones"):
        bucket.push(log)


def test_a_file_that_another_put_there_stops_the_push_before_the_checkpoint(tmp_path: Path, bucket: Bucket) -> None:
    log = new_log(tmp_path, 300)
    bucket.put("tile/entries/000", b"x")
    with pytest.raises(VerificationFailed, match="tile/entries/000: expected the bytes"):
        bucket.push(log)
    assert "checkpoint" not in bucket.files


def test_a_damaged_log_is_not_pushed(tmp_path: Path, bucket: Bucket) -> None:
    log = new_log(tmp_path, 300)
    bundle = log / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b'{"entry":7}', b'{"entry":8}'))
    with pytest.raises(VerificationFailed):
        bucket.push(log)
    assert bucket.files == {}


def test_what_a_mirror_lost_is_put_again_when_everything_is_looked_at(tmp_path: Path, bucket: Bucket) -> None:
    log = new_log(tmp_path, 300)
    bucket.push(log)
    bucket.put("tile/entries/000", None)
    with pytest.raises(LedgerError, match="expected a file of the log, got none") as error:
        bucket.fetch(tmp_path / "copy")
    assert ("--all" in error.value.hint, (tmp_path / "copy" / "log.json").exists()) == (True, False)
    assert bucket.push(log).files == 0
    assert bucket.push(log, is_whole=True).files == 1
    assert bucket.fetch(tmp_path / "copy").view.size == 300


# --- a store that is not believed -------------------------------------------------------------------------------------------


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
            assert files(tmp_path / "new") == {} if (tmp_path / "new").exists() else True
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


@pytest.mark.parametrize("address", ["", "record", "https://host/x", "s3://", "s3:///x", "memory://x", "file:///tmp/x"])
def test_an_address_of_no_object_store_is_refused(address: str) -> None:
    with pytest.raises(RuleoutError, match="expected an address in an object store"):
        open_mirror(address)


@pytest.mark.parametrize(
    "address",
    ["s3://logs/lab?sig=secret-word", "s3://key:a/secret-word@bucket/lab", "s3://[secret-word/lab"],
)
def test_an_address_with_a_credential_is_refused_without_it(address: str) -> None:
    with pytest.raises(RuleoutError) as error:
        open_mirror(address)
    assert "secret-word" not in f"{error.value} {error.value.hint}"


def test_no_more_is_taken_of_a_file_than_a_log_can_have(bucket: Bucket) -> None:
    bucket.put("log.json", bytes(1 << 24))
    assert len(obstore.get(bucket.store, "logs/lab/log.json").bytes()) == 1 << 24
    with pytest.raises(LedgerError, match=r"log\.json: expected at most 1000 bytes, got more"):
        bucket.mirror().read("log.json", limit_bytes=1000)


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


def test_a_store_without_tags_is_not_overwritten(bucket: Bucket) -> None:
    with pytest.raises(RuleoutError, match="expected an ETag, got none"):
        bucket.mirror().replace("checkpoint", b"new", Held(b"old", {}))
