# SPDX-License-Identifier: Apache-2.0
"""The writer of a log on real files: order, recovery, refusals, and a failure at every step (L-5, L-6)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from tests.failing_files import FORMS, StepFiles, fail
from tests.ledger_builders import CEO, LOG, ORIGIN, FakeSigner, checkpoint_of

from ruleout.adapters.durable_file import SystemFiles
from ruleout.adapters.journal import HEADER
from ruleout.adapters.log_writer import create_log, open_log
from ruleout.adapters.tile_store import audit_log, get_object, put_object, read_log
from ruleout.errors import LedgerError, NotFound, VerificationFailed
from ruleout.ledger.bundle import build_bundle
from ruleout.ledger.verify import Level, verify_bundle


def entries(count: int, start: int = 0) -> list[bytes]:
    return [b'{"entry":%d}' % number for number in range(start, start + count)]


def new_log(folder: Path, *counts: int) -> Path:
    """A log with that many entries per append, published after each."""
    path = folder / "log"
    create_log(path, LOG)
    with open_log(path, LOG) as writer:
        for count in counts:
            writer.append(entries(count, writer.size))
            writer.publish()
    return path


def audited(path: Path) -> int:
    return audit_log(read_log(path), [LOG.key]).size


def files(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 1000])
def test_a_log_holds_what_was_appended(tmp_path: Path, size: int) -> None:
    """At sizes around full tiles entries, tiles and checkpoint agree, whatever the batches were."""
    path = tmp_path / "log"
    create_log(path, LOG)
    with open_log(path, LOG) as writer:
        indices = [
            index for start in range(0, size, 100) for index in writer.append(entries(min(100, size - start), start))
        ]
        note = writer.publish()
    view = read_log(path)

    assert list(range(size)) == indices
    assert (size, note) == (audited(path), view.checkpoint)
    assert entries(size) == list(view.entries())
    assert checkpoint_of(entries(size)) == note
    assert entries(size)[size // 2 :] == list(view.entries(size // 2))


def test_publishing_step_by_step_leaves_the_same_tree(tmp_path: Path) -> None:
    """Many small publications and one large one end in the same tiles, and partial tiles are gone once full."""
    often = new_log(tmp_path / "a", *[37] * 14)
    once = new_log(tmp_path / "b", 518)
    tree = {name: data for name, data in files(once).items() if name.startswith(("tile", "checkpoint"))}

    assert tree.items() <= files(often).items()
    assert not (often / "tile/0/000.p").exists()
    assert not (often / "tile/entries/001.p").exists()


def test_a_view_stays_what_it_was(tmp_path: Path) -> None:
    """A reader at an older checkpoint keeps reading it after more is published and partial tiles are gone."""
    path = new_log(tmp_path, 100)
    view = read_log(path)
    with open_log(path, LOG) as writer:
        writer.append(entries(300, 100))
        writer.publish()

    assert entries(100) == list(view.entries())
    assert 100 == audit_log(view, [LOG.key]).size


def test_what_was_appended_but_not_published_is_there_after_reopening(tmp_path: Path) -> None:
    """Acknowledged entries survive without a publication and are published next."""
    path = new_log(tmp_path, 5)
    with open_log(path, LOG) as writer:
        writer.append(entries(300, 5))

    assert 5 == audited(path)
    with open_log(path, LOG) as writer:
        assert 305 == writer.size
        writer.publish()
    assert 305 == audited(path)


def test_publishing_nothing_new_changes_nothing(tmp_path: Path) -> None:
    """The same checkpoint comes back and no file changes."""
    path = new_log(tmp_path, 5)
    before = files(path)
    with open_log(path, LOG) as writer:
        assert [] == writer.append([])
        assert before["checkpoint"].decode() == writer.publish()

    assert before == files(path)


def test_every_torn_tail_is_dropped(tmp_path: Path) -> None:
    """Cut anywhere in its last, unpublished frame, the journal opens without it; the next append stands there."""
    path = new_log(tmp_path, 5)
    whole = (path / "journal").stat().st_size
    with open_log(path, LOG) as writer:
        writer.append(entries(2, 5))
    torn = (path / "journal").read_bytes()
    for cut in range(whole, len(torn)):
        (path / "journal").write_bytes(torn[:cut])
        with open_log(path, LOG) as writer:
            assert 5 == writer.size
        assert whole == (path / "journal").stat().st_size
    (path / "journal").write_bytes(torn[:-1] + b"\x00")
    with open_log(path, LOG) as writer:
        assert [5] == writer.append([b"other"])
        writer.publish()
    assert 6 == audited(path)


def test_damage_before_a_valid_frame_is_an_error_and_changes_nothing(tmp_path: Path) -> None:
    """A flipped bit anywhere in an earlier frame is never taken for a torn tail."""
    path = new_log(tmp_path)
    with open_log(path, LOG) as writer:
        writer.append(entries(1))
        end = (path / "journal").stat().st_size
        writer.append(entries(1, 1))
    good = (path / "journal").read_bytes()
    for at in range(len(HEADER), end):
        bad = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        (path / "journal").write_bytes(bad)
        with pytest.raises(LedgerError, match="damage before a valid frame"):
            open_log(path, LOG)
        assert bad == (path / "journal").read_bytes()


def test_frames_in_another_order_are_an_error(tmp_path: Path) -> None:
    """A frame counts only at its own index."""
    path = new_log(tmp_path)
    with open_log(path, LOG) as writer:
        writer.append(entries(1))
        end = (path / "journal").stat().st_size
        writer.append(entries(1, 1))
    good = (path / "journal").read_bytes()
    (path / "journal").write_bytes(HEADER + good[end:] + good[len(HEADER) : end])

    with pytest.raises(LedgerError, match="damage"):
        open_log(path, LOG)


def test_a_restored_older_journal_is_refused(tmp_path: Path) -> None:
    """A journal that is shorter than what was signed is refused and left alone (L-6)."""
    path = new_log(tmp_path, 5)
    older = (path / "journal").read_bytes()
    with open_log(path, LOG) as writer:
        writer.append(entries(3, 5))
        writer.publish()
    (path / "journal").write_bytes(older)
    before = files(path)

    with pytest.raises(LedgerError, match="at least the 8 entries that were signed, got 5"):
        open_log(path, LOG)
    assert before == files(path)


@pytest.mark.parametrize("count", [0, 4])
def test_a_journal_of_another_history_is_refused(tmp_path: Path, count: int) -> None:
    """As many entries, but not the signed ones: no second history is ever signed."""
    path = new_log(tmp_path / "a", *[1] * count)
    other = tmp_path / "b" / "log"
    create_log(other, LOG)
    with open_log(other, LOG) as writer:
        writer.append([b"other"] * (count + 1))
    shutil.copy(other / "journal", path / "journal")
    (path / "checkpoint").write_text(checkpoint_of(entries(count)) if count else checkpoint_of([b"x"] * 0))
    if count:
        with pytest.raises(LedgerError, match="as signed"):
            open_log(path, LOG)
    else:
        with open_log(path, LOG) as writer:
            assert 1 == writer.size


def test_a_foreign_or_missing_checkpoint_is_refused(tmp_path: Path) -> None:
    """The checkpoint must be there and signed by the log's key, unless it is rebuilt on purpose."""
    path = new_log(tmp_path, 3)
    note = (path / "checkpoint").read_text()
    (path / "checkpoint").write_text(checkpoint_of(entries(3), signer=FakeSigner("someone")))
    with pytest.raises(LedgerError, match="signed by the log's key"):
        open_log(path, LOG)
    (path / "checkpoint").unlink()
    with pytest.raises(LedgerError, match="expected a checkpoint"):
        open_log(path, LOG)
    with open_log(path, LOG, rebuild=True) as writer:
        assert note == writer.publish()


def test_everything_but_the_journal_is_rebuilt(tmp_path: Path) -> None:
    """Without tiles and checkpoint the same files come back, byte for byte."""
    path = new_log(tmp_path, 700)
    before = files(path)
    shutil.rmtree(path / "tile")
    (path / "checkpoint").unlink()
    with open_log(path, LOG, rebuild=True) as writer:
        writer.publish()

    assert before == files(path)


def test_only_one_writer_holds_a_log(tmp_path: Path) -> None:
    """A second writer is refused while the first is open; closing twice is harmless."""
    path = new_log(tmp_path)
    with open_log(path, LOG) as writer:
        with pytest.raises(LedgerError, match="no other writer"):
            open_log(path, LOG)
        writer.close()
        with open_log(path, LOG):
            pass
    with pytest.raises(LedgerError, match="it was closed"):
        writer.append([b"x"])
    with pytest.raises(LedgerError, match="it was closed"):
        writer.publish()


def test_a_log_is_made_once_and_opened_with_its_own_key(tmp_path: Path) -> None:
    """Creation never runs over a log; a missing log names the command that makes one."""
    path = new_log(tmp_path, 1)
    with pytest.raises(LedgerError, match="expected no log"):
        create_log(path, LOG)
    (path / "log.json").unlink()
    with pytest.raises(LedgerError, match="expected no log"):
        create_log(path, LOG)
    with pytest.raises(LedgerError) as caught:
        open_log(path, LOG)
    assert "`ruleout init`" in caught.value.hint
    with pytest.raises(LedgerError, match="expected a log"):
        read_log(tmp_path / "nowhere")
    with pytest.raises(LedgerError, match="expected the key"):
        open_log(new_log(tmp_path / "b"), CEO)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format":"ruleout-log/2","origin":"x","vkey":"y"}', '{"format":1}'])
def test_a_damaged_description_is_refused(tmp_path: Path, text: str) -> None:
    """A log.json of another shape is refused by name."""
    path = new_log(tmp_path)
    (path / "log.json").write_text(text)

    with pytest.raises(LedgerError, match=r"log\.json"):
        read_log(path)


def test_a_description_under_another_name_is_refused(tmp_path: Path) -> None:
    """The origin must be the key's own name."""
    path = new_log(tmp_path)
    (path / "log.json").write_text((path / "log.json").read_text().replace(f'"origin":"{ORIGIN}"', '"origin":"x"'))

    with pytest.raises(LedgerError, match="under its key's name"):
        read_log(path)


@pytest.mark.parametrize("name", ["journal", "tile/entries/000.p/3", "tile/0/000.p/3", "checkpoint"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    """Without one of its files a log is neither opened nor audited."""
    path = new_log(tmp_path, 3)
    (path / name).unlink()

    with pytest.raises(LedgerError, match=r"got no such file|expected a journal|expected a checkpoint"):
        audited(path) if name != "journal" else open_log(path, LOG)


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    """Another file under the journal's name is not touched."""
    path = new_log(tmp_path)
    (path / "journal").write_bytes(b"something else")

    with pytest.raises(LedgerError, match="expected a journal"):
        open_log(path, LOG)


def test_too_long_entries_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    """One entry over 32 KiB refuses the whole append; the writer goes on."""
    path = new_log(tmp_path)
    with open_log(path, LOG) as writer:
        with pytest.raises(ValueError, match="at most 32768"):
            writer.append([b"x", bytes(32769)])
        assert [0] == writer.append([bytes(32768)])
        with pytest.raises(ValueError, match="in one append"):
            writer.append([bytes(32768)] * 2100)
        assert 1 == writer.size


def test_audit_finds_every_changed_file(tmp_path: Path) -> None:
    """One byte changed in any published file is found, as is another key."""
    path = new_log(tmp_path, 300)
    for name, data in files(path).items():
        if name.startswith(("tile", "checkpoint")):
            (path / name).write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
            with pytest.raises(VerificationFailed):
                audited(path)
            (path / name).write_bytes(data)
    with pytest.raises(VerificationFailed):
        audit_log(read_log(path), [CEO.key])
    assert 300 == audited(path)
    (path / "checkpoint").write_text(checkpoint_of([b"other"] * 300))
    with pytest.raises(VerificationFailed, match="expected root"):
        audited(path)


def test_objects_are_kept_by_their_digest_and_checked_when_read(tmp_path: Path) -> None:
    """What is read is what was kept, or nothing."""
    path = new_log(tmp_path)
    digest = put_object(path, b"evidence")

    assert digest == put_object(path, b"evidence")
    assert b"evidence" == get_object(path, digest)
    for wrong in ("0" * 64, "../journal", digest.upper()):
        with pytest.raises(NotFound):
            get_object(path, wrong)
    (path / "objects" / digest[:2] / digest[2:]).write_bytes(b"evidence!")
    with pytest.raises(VerificationFailed):
        get_object(path, digest)


def test_a_log_makes_a_bundle_that_verifies(tmp_path: Path) -> None:
    """What was published can be checked by an outsider, but for the schema of these plain entries."""
    view = read_log(new_log(tmp_path, 10))
    report = verify_bundle(build_bundle(view.checkpoint, list(view.entries()), origin=view.origin, vkeys=[view.key]))

    assert ["entries"] == [check.name for check in report.checks if check.status.value == "failed"]
    assert Level.NONE is report.level


def run_until_stopped(path: Path, ops: SystemFiles) -> tuple[list[int], list[str]]:
    """Open, append and publish in a row that crosses a full tile; return what was acknowledged and published."""
    acknowledged: list[int] = []
    published: list[str] = []
    with open_log(path, LOG, ops=ops) as writer:
        for count in (1, 254, 3):
            acknowledged += writer.append(entries(count, writer.size))
            published.append(writer.publish())
    return acknowledged, published


def steps() -> int:
    with tempfile.TemporaryDirectory() as folder:
        ops = StepFiles(0, "before", fail)
        run_until_stopped(new_log(Path(folder)), ops)
        return ops.count


@pytest.mark.parametrize("form", FORMS)
def test_after_a_failed_operation_the_writer_does_nothing_more_and_the_log_recovers(tmp_path: Path, form: str) -> None:
    """Whichever operation fails, done or not: the writer stops, and the log opens with all it acknowledged."""
    last = steps()
    assert last > 40
    for step in range(1, last + 1):
        path = new_log(tmp_path / str(step))
        acknowledged: list[int] = []
        writer = None
        try:
            writer = open_log(path, LOG, ops=StepFiles(step, form, fail))
            for count in (1, 254, 3):
                acknowledged += writer.append(entries(count, writer.size))
                writer.publish()
        except LedgerError:
            if writer is not None:
                with pytest.raises(LedgerError, match="stopped"):
                    writer.append([b"x"])
                writer.close()
        else:
            pytest.fail(f"step {step} did not fail")
        with open_log(path, LOG) as reopened:
            assert len(acknowledged) <= reopened.size <= 258
            reopened.publish()
        assert entries(audited(path)) == list(read_log(path).entries())


def test_a_creation_that_failed_is_repeated(tmp_path: Path) -> None:
    """At whichever step creation fails, running it again makes the log, or it had been made."""
    ops = StepFiles(0, "before", fail)
    create_log(tmp_path / "log", LOG, ops=ops)
    for form in FORMS:
        for step in range(1, ops.count + 1):
            path = tmp_path / form / str(step) / "log"
            path.parent.mkdir(parents=True)
            with pytest.raises(LedgerError, match="Input/output"):
                create_log(path, LOG, ops=StepFiles(step, form, fail))
            if not (path / "log.json").exists():
                create_log(path, LOG)
            assert 0 == audited(path)


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    """Opening that fails and writers that are closed give back every file descriptor."""
    path = new_log(tmp_path, 3)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for step in (1, 2):
        with pytest.raises(LedgerError), open_log(path, LOG, ops=StepFiles(step, "before", fail)) as writer:
            writer.append([b"x"])
    with pytest.raises(LedgerError):
        open_log(path, CEO)

    assert before == len(list(Path("/proc/self/fd").iterdir()))
