# SPDX-License-Identifier: Apache-2.0
"""A log pushed to its mirror in an object store: it grows with the log, never forks, and breaks off without harm (L-11)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.test_log_writer import new_log
from tests.ledger_builders import LOG
from tests.mirror_builders import OTHER, Bucket, grow, other_log, published, rotate, witnessed

from ruleout.adapters.log_writer import open_log
from ruleout.adapters.mirror.store import Held, Mirror
from ruleout.adapters.tile_store import audit_log, put_object, read_log
from ruleout.app.mirror.fetch import fetch
from ruleout.app.mirror.push import push
from ruleout.errors import LedgerError, RuleoutError, VerificationFailed

obstore = pytest.importorskip("obstore", reason="NOT TESTED: mirrors need the extra `remote`")


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


# --- what is pushed is what is fetched ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 700])
def test_a_mirror_is_the_log_and_a_copy_of_it_is_the_mirror(tmp_path: Path, bucket: Bucket, size: int) -> None:
    log = new_log(tmp_path, size)
    pushed = bucket.push(log)
    fetched = bucket.fetch(tmp_path / "copy")

    assert bucket.files == published(log) == published(tmp_path / "copy")
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
    assert published(tmp_path / "copy") == published(log)


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
