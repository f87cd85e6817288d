# SPDX-License-Identifier: Apache-2.0
"""`ruleout audit` through the command line: seal, ask, verify; each harm to the record named; content erased (G-8)."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.audit_builders import commit_all, ended, opened, refused, segment_of, some
from tests.integration.command_line import NOW, Lab, run, seeds
from tests.integration.test_log_one_file_verifier import SINGLE

from ruleout.adapters.audit import segment_file
from ruleout.adapters.audit.content_keys import ContentKeys
from ruleout.adapters.audit.segment_file import segments_in
from ruleout.adapters.audit.writer import AuditWriter
from ruleout.adapters.disclosure_store import fresh_salt
from ruleout.adapters.durable_file import SystemFiles
from ruleout.app.audit.seal import sealing
from ruleout.app.ledger import Recorder, read_record
from ruleout.app.settings import from_environment
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.errors import LedgerError
from ruleout.gateway.processes.sealing import seal_until
from ruleout.ledger.batches import batches_in
from ruleout.serving.audit import parse_segment
from ruleout.serving.audit.said import Part, said_bytes

ENV = seeds("lab-log", "recorder", "gateway-1")


@pytest.fixture
def served(lab: Lab) -> Lab:
    """A lab whose gateway has written some records, none sealed."""
    made = lab.run("key", "new", "gateway-1", "--role", "gateway", "--person", "gateway", env=ENV)
    assert made.code == 0, made.err
    write(lab, [*some(10), opened(20), refused(21, "red-line", tenant="other", rules=("nobody-is-watched",))])
    return lab


def write(lab: Lab, records: list[bytes], worker: str = "w0") -> str:
    """Write records as a worker does, in a segment of their own."""
    writer = AuditWriter(lab.record / "audit", worker)
    assert asyncio.run(commit_all(writer, records)) == records
    writer.close()
    return writer.segment


def seal(lab: Lab, **given: object):
    return lab.run("audit", "seal", "--key", "gateway-1", "--json", env=ENV, **given)


def kinds(lab: Lab) -> tuple[int, list[str]]:
    ran = lab.run("audit", "verify", "--json")
    return ran.code, sorted({one["kind"] for one in ran.json["findings"]})


def segment_path(lab: Lab, number: int = 0) -> Path:
    return lab.record / "audit" / f"{segments_in(lab.record / 'audit')[number]}.audit"


def keys_of(lab: Lab) -> Keys:
    settings = from_environment({"RULEOUT_KEYS": str(lab.folder / "no-keys"), **ENV})
    return Keys(settings=settings, ask=lambda _: "", salt=fresh_salt)


def test_records_are_sealed_by_one_signature_for_each_segment(served: Lab) -> None:
    """Two workers, two entries; a second sealing has nothing to do, a third takes what came since."""
    write(served, some(3), "w1")
    before = served.size()
    first, second = seal(served), seal(served)
    write(served, some(2), "w2")
    third = seal(served)

    assert (first.code, len(first.json["batches"]), len(second.json["batches"]), len(third.json["batches"])) == (
        0,
        2,
        0,
        1,
    )
    assert served.size() == before + 3
    assert kinds(served) == (3, ["no-end"])


def test_what_is_not_sealed_is_said(served: Lab) -> None:
    """Before any sealing, and of a tail that came later."""
    assert kinds(served) == (3, ["no-end", "unsealed"])
    assert seal(served).code == 0
    path = segment_path(served)
    path.write_bytes(path.read_bytes() + b"RoA1 torn")
    assert kinds(served) == (3, ["no-end", "torn-tail"])


def test_nothing_is_sealed_on_a_clock_from_before_the_key_counted(served: Lab) -> None:
    """A batch of then would spoil the log for good; once the clock is right, all of it is sealed."""
    before = served.size()
    early = seal(served, now=NOW - timedelta(minutes=1))

    assert (early.code, "Nothing was written" in early.err) == (2, True)
    assert served.size() == before
    assert len(seal(served).json["batches"]) == 1


def frames(path: Path) -> list[tuple[int, int]]:
    return [(kept.offset, kept.end) for kept in parse_segment(path.read_bytes(), path.stem).records]


def edit(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"tenant":"other"', b'"tenant":"acme2"'))


def drop(path: Path) -> None:
    data, (start, end) = path.read_bytes(), frames(path)[4]
    path.write_bytes(data[:start] + data[end:])


def swap(path: Path) -> None:
    data, ((a, b), (_, c)) = path.read_bytes(), frames(path)[4:6]
    path.write_bytes(data[:a] + data[b:c] + data[a:b] + data[c:])


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: frames(path)[-2][1]])


@pytest.mark.parametrize(
    ("harm", "kind"),
    [(edit, "edited"), (drop, "dropped"), (swap, "reordered"), (cut, "truncated"), (Path.unlink, "dropped")],
)
def test_each_harm_to_a_sealed_segment_is_named(served: Lab, harm, kind: str) -> None:
    """And is a failure, not a remark."""
    assert seal(served).code == 0
    harm(segment_path(served))
    ran = served.run("audit", "verify", "--json")

    assert ran.code == 1
    assert kind in {one["kind"] for one in ran.json["findings"]}
    assert kind in served.run("audit", "verify").text


def test_a_dropped_unsealed_segment_is_named_by_the_next(served: Lab) -> None:
    """Each segment names the one before it, how many records that had, and its head."""
    write(served, some(2))
    segment_path(served).unlink()
    assert kinds(served)[0] == 1
    assert "dropped" in kinds(served)[1]


def test_an_unsealed_segment_that_was_cut_is_named_by_the_next(served: Lab) -> None:
    """Although whole records end the file."""
    write(served, some(2))
    cut(segment_path(served))
    assert kinds(served)[0] == 1
    assert "truncated" in kinds(served)[1]


def test_damage_is_not_sealed(served: Lab) -> None:
    """What holds is; the sealing says where it stops."""
    path = segment_path(served)
    edit(path)
    ran = seal(served)

    assert ran.code == 1
    assert "does not hold" in ran.json["refused"][0]["why"]
    assert ran.json["batches"][0]["last"] == len(frames(path)) - 1


def test_a_sealed_segment_that_shrank_is_not_sealed_further(served: Lab) -> None:
    """The log knows how much there was."""
    assert seal(served).code == 0
    cut(segment_path(served))
    assert seal(served).code == 1


def test_a_segment_that_no_reader_would_take_does_not_enter_the_log(served: Lab) -> None:
    """Its name may be longer than a worker's: one such entry, and the log would never verify again."""
    segment_of(some(1), "x" * 100, served.record / "audit")
    first = seal(served)
    write(served, some(2), "w1")
    again = seal(served)

    assert [[one["segment"] for one in ran.json["refused"]] for ran in (first, again)] == [["x" * 100]] * 2
    assert [len(ran.json["batches"]) for ran in (first, again)] == [1, 1]
    assert run("verify", served.record).code == 0
    assert kinds(served) == (3, ["no-end", "unsealed"])


def link(path: Path) -> None:
    path.symlink_to(next(path.parent.glob("w0-*.audit")))


@pytest.mark.parametrize("put", [link, Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_named_and_stops_nothing_else(served: Lab, put: Callable[[Path], None]) -> None:
    """A link, a folder or a pipe under a segment's name: sealing, verification and questions go on with the others."""
    put(served.record / "audit" / "a-1-1.audit")
    sealed = seal(served)
    asked = served.run("audit", "query", "--request", "req-3", "--json")

    assert sealed.code == 1
    assert [one["segment"] for one in sealed.json["refused"]] == ["a-1-1"]
    assert len(sealed.json["batches"]) == 1
    assert kinds(served) == (3, ["no-end", "unreadable"])
    assert asked.code == 3
    assert [(one["segment"], one["fault"]["wrong"]) for one in asked.json["faults"]] == [("a-1-1", "no-file")]
    assert [one["request"] for one in asked.json["requests"]] == ["req-3"]
    assert "a-1-1 cannot be read: " in served.run("audit", "query").err


def test_what_is_no_file_in_the_place_of_a_sealed_segment_is_a_change(served: Lab) -> None:
    """The records that the log seals are not there, whatever is."""
    assert seal(served).code == 0
    path = segment_path(served)
    path.rename(served.folder / "elsewhere")
    path.symlink_to(served.folder / "elsewhere")

    assert kinds(served) == (1, ["dropped", "unreadable"])


def test_a_segment_that_cannot_be_read_is_not_called_changed(served: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither beside the log nor by the segment that follows it; it may be as it was."""
    assert seal(served).code == 0
    write(served, some(2))
    with monkeypatch.context() as small:
        small.setattr(segment_file, "MAX_SEGMENT_BYTES", segment_path(served).stat().st_size - 1)
        assert kinds(served) == (3, ["unreadable", "unsealed"])
        assert len(seal(served).json["batches"]) == 1

    assert kinds(served) == (3, ["no-end"])


def test_a_beginning_that_failed_is_not_missed_by_the_log(served: Lab) -> None:
    """The disk fills up in the middle of a segment's first records, and the sealer looks just then."""

    class Full(SystemFiles):
        def append(self, fd: int, data: bytes) -> None:
            super().write(fd, data)
            assert seal(served).code == 0
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(LedgerError, match="full"):
        AuditWriter(served.record / "audit", "w0", ops=Full())

    assert kinds(served) == (3, ["no-end"])


def test_a_new_segment_is_sealed_with_its_name_on_disk(served: Lab) -> None:
    """A worker that renamed it and did not sync the folder yet leaves that to us; once for each segment."""
    folder, synced = served.record / "audit", []

    class Watched(SystemFiles):
        def sync(self, fd: int) -> None:
            synced.append(Path(f"/proc/self/fd/{fd}").readlink())
            super().sync(fd)

    with sealing(open_workspace(served.record), keys_of(served), folder, key="gateway-1", at=NOW, ops=Watched()) as log:
        log.seal(NOW)
        path = segment_path(served)
        assert synced == [path, folder]
        torn = path.read_bytes() + b"RoA1"
        path.write_bytes(torn)
        log.seal(NOW)

    assert synced == [path, folder, path]


def test_a_gateway_says_of_what_it_cannot_seal(
    served: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, not each second."""

    class Turns(threading.Event):
        left = 3

        def wait(self, timeout: float | None = None) -> bool:
            self.left -= 1
            return self.left < 0

    (served.record / "audit" / "a-1-1.audit").mkdir()
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    seal_until(served.record, served.record / "audit", "gateway-1", Turns(), instant=lambda: NOW)

    assert capsys.readouterr().err.count("not sealed further in a-1-1: ") == 1
    assert kinds(served) == (3, ["no-end", "unreadable"])


def test_two_sealers_at_once_are_impossible(served: Lab) -> None:
    """Neither in this process nor beside it; the second writes nothing."""
    place = open_workspace(served.record)
    with sealing(place, keys_of(served), served.record / "audit", key="gateway-1", at=NOW):
        ran = seal(served)
        with (
            pytest.raises(LedgerError, match="sealer"),
            sealing(place, keys_of(served), served.record / "audit", key="gateway-1", at=NOW),
        ):
            pass

    assert ran.code == 2
    assert seal(served).code == 0


def test_a_key_without_the_role_seals_nothing(served: Lab) -> None:
    """The recorder's key is in the ring, and is no gateway's."""
    ran = served.run("audit", "seal", "--key", "recorder", env=ENV)

    assert ran.code == 2
    assert "role 'gateway'" in ran.err


@pytest.mark.parametrize("step", ["add", "commit"])
def test_a_crash_while_sealing_is_repaired(served: Lab, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Whatever the log holds counts; nothing is sealed twice and nothing is left out."""

    def crash(self: Recorder, *_: object, **__: object) -> None:
        if step == "commit":
            self.writer.append(self._drafts)  # durable in the journal, and not published
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Recorder, step, crash)
        assert seal(served).code != 0
    write(served, some(2), "w1")

    assert seal(served).code == 0
    assert kinds(served) == (3, ["no-end"])
    record = read_record(open_workspace(served.record))
    assert sorted(len(of) for of in batches_in(record.entries).values()) == [1, 1]


def test_sealing_each_second_while_a_gateway_writes(served: Lab) -> None:
    """One open log, many sealings, a writer that goes on: at the end everything is sealed once."""
    folder, place = served.record / "audit", open_workspace(served.record)
    writing = threading.Thread(target=write, args=(served, some(200), "w5"))
    with sealing(place, keys_of(served), folder, key="gateway-1", at=NOW) as log:
        writing.start()
        for turn in range(5):
            log.seal(NOW + timedelta(seconds=turn))
        writing.join()
        last = log.seal(NOW + timedelta(seconds=9))
        again = log.seal(NOW + timedelta(seconds=10))

    assert last.refused == ()
    assert again.batches == ()
    assert kinds(served) == (0, [])  # the last segment also holds the end that the first one lacks


def test_the_record_is_asked(served: Lab) -> None:
    """By request, tenant, ground, model and time; an answer that nobody ended says so."""

    def found(*options: object) -> list[str]:
        ran = served.run("audit", "query", "--json", *options)
        assert ran.code == 0, ran.err
        return [one["request"] for one in ran.json["requests"]]

    assert found("--request", "req-3") == ["req-3"]
    assert found("--tenant", "other") == ["req-21"]
    assert found("--why", "killed") == ["req-4", "req-9"]
    assert found("--model", "nothing") == []
    assert found("--since", "2026-11-23T09:00:20Z") == ["req-20", "req-21"]
    assert found("--until", "2026-11-23T09:00:02Z") == ["req-0", "req-1"]
    assert len(found("--most", 2)) == 2
    shown = served.run("audit", "query", "--request", "req-20", "--json").json["requests"][0]
    assert (shown["how"], shown["ended"]) == ("no-end", None)
    assert "nobody-is-watched" in served.run("audit", "query", "--tenant", "other").text


def test_a_record_that_cannot_be_read_to_its_end_is_said(served: Lab) -> None:
    """An answer may lack something then."""
    path = segment_path(served)
    path.write_bytes(path.read_bytes()[:-3])
    ran = served.run("audit", "query", "--json")

    assert ran.code == 3
    assert ran.json["faults"]


def test_what_others_wrote_does_not_steer_the_terminal(served: Lab) -> None:
    """A model's name is the client's."""
    write(served, [opened(30, model="x\x1b[2J\n", tenant="evil")])
    ran = served.run("audit", "query", "--tenant", "evil")

    assert ran.code == 0
    assert "\x1b" not in ran.text


def test_content_is_read_with_its_key_and_gone_without(served: Lab) -> None:
    """The record itself, its digests and its seals stay."""
    keys = served.folder / "content-keys"
    sealed = ContentKeys(keys).seal(
        said_bytes([Part("asked", b"tell me", 7)]), tenant="acme", day="2026-11-23", request="req-40"
    )
    write(served, [opened(40, content=sealed), ended(40)])
    assert seal(served).code == 0
    query = ("audit", "query", "--request", "req-40", "--json", "--content-keys", keys)
    before = served.run(*query).json["requests"][0]["content"]
    erased = run("audit", "erase", "--tenant", "acme", "--day", "2026-11-23", "--content-keys", keys)
    after = served.run(*query).json["requests"][0]["content"]

    assert before == {"asked": "tell me"}
    assert erased.code == 0, erased.err
    assert "erased" in after["asked"]
    assert kinds(served) == (3, ["no-end"])
    assert b"tell me" not in b"".join(path.read_bytes() for path in (served.record / "audit").iterdir())


def test_a_sealed_record_verifies_as_a_bundle_and_names_nobody(served: Lab) -> None:
    """Both verifiers; and the public copy holds no tenant, key or request."""
    assert seal(served).code == 0
    exported = served.run("export", served.folder / "public.json", "--audience", "public")
    assert exported.code == 0, exported.err
    assert "hand its audit folder over beside this file" in exported.err
    data = (served.folder / "public.json").read_bytes()
    report = SINGLE.verify(SINGLE.parse_bundle(data))

    assert [check["name"] for check in report["checks"] if check["status"] == "failed"] == []
    assert "sealed records of 1 segments" in json.dumps(report["checks"])
    assert not any(word in data for word in (b"acme", b"req-1", b"k-1"))
    assert run("verify", served.folder / "public.json").code == 0
