# SPDX-License-Identifier: Apache-2.0
"""An independent checker, built on the Go project's own tree and note packages, reads our logs (L-5, L-10)."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ledger_builders import CEO, LOG, ORIGIN, FakeSigner

from ruleout.adapters.log_writer import create_log, open_log
from ruleout.ledger.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint

ROOT = Path(__file__).resolve().parents[2]
SIZE = 600


@pytest.fixture(scope="session")
def gocheck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checker, built; without Go and its packages every test here skips and says so."""
    built = subprocess.run(
        [ROOT / "tools/gocheck/build.sh", tmp_path_factory.mktemp("gocheck")],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode == 3:
        pytest.skip(f"no Go checker: {built.stderr.strip().splitlines()[-1]}")
    assert built.returncode == 0, built.stderr
    return Path(built.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_log(tmp_path_factory.mktemp("log") / "log", SIZE)


def new_log(path: Path, size: int) -> Path:
    create_log(path, LOG)
    with open_log(path, LOG) as writer:
        for start in range(0, size, 90):
            writer.append([b'{"entry":%d}' % number for number in range(start, min(size, start + 90))])
            writer.publish()
    return path


def check(gocheck: Path, path: Path, vkey: str = str(LOG.key)) -> subprocess.CompletedProcess[str]:
    return subprocess.run([gocheck, vkey, path], capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 1000, 1300])
def test_the_independent_checker_accepts_our_logs(gocheck: Path, tmp_path: Path, size: int) -> None:
    """At sizes around full tiles and beyond, every tile, entry, root and signature is as Go computes it."""
    ended = check(gocheck, new_log(tmp_path / "log", size))

    assert (0, f"{size} entries") == (ended.returncode, ended.stdout.split(",")[0]), ended.stderr


def test_a_log_of_two_tile_levels_and_more_is_accepted(gocheck: Path, tmp_path: Path) -> None:
    """Beyond 65,536 entries there are three levels of tiles."""
    path = tmp_path / "log"
    create_log(path, LOG)
    with open_log(path, LOG) as writer:
        writer.append([b"%d" % number for number in range(66_000)])
        writer.publish()

    assert (path / "tile/2/000.p/1").exists()
    assert check(gocheck, path).returncode == 0


def edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda path: (path / name).write_bytes(change((path / name).read_bytes())) and None


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] if at >= 0 else flip(len(data) + at)(data)


def restate(
    size: int = 0, root: bytes = b"", origin: str = ORIGIN, signer: FakeSigner = LOG
) -> Callable[[bytes], bytes]:
    """The checkpoint changed and signed again; size is added, origin and root replace."""

    def change(data: bytes) -> bytes:
        head = parse_checkpoint(data.decode().rpartition("\n\n")[0] + "\n")
        return sign_checkpoint(Checkpoint(origin, head.size + size, root or head.root), signer).encode()

    return change


def swap(one: str, other: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        first, second = (path / one).read_bytes(), (path / other).read_bytes()
        (path / one).write_bytes(second)
        (path / other).write_bytes(first)

    return change


def reorder(data: bytes) -> bytes:
    """The first two entries of a bundle in the other order."""
    first = 2 + int.from_bytes(data[:2], "big")
    second = first + 2 + int.from_bytes(data[first : first + 2], "big")
    return data[first:second] + data[:first] + data[second:]


def relength(data: bytes) -> bytes:
    """One byte moved from the first entry to the second."""
    first = int.from_bytes(data[:2], "big")
    second = int.from_bytes(data[2 + first : 4 + first], "big")
    body = data[2 : 2 + first] + data[4 + first : 4 + first + second]
    return b"".join(
        [
            (first - 1).to_bytes(2, "big"),
            body[: first - 1],
            (second + 1).to_bytes(2, "big"),
            body[first - 1 :],
            data[4 + first + second :],
        ]
    )


def remove(name: str) -> Callable[[Path], None]:
    return lambda path: (path / name).unlink()


LAST = SIZE % 256
BUNDLE, PARTIAL = "tile/entries/000", f"tile/entries/002.p/{LAST}"
TILE, PARTIAL_TILE, UPPER = "tile/0/001", f"tile/0/002.p/{LAST}", "tile/1/000.p/2"

TAMPERINGS: dict[str, Callable[[Path], None]] = {
    "checkpoint missing": remove("checkpoint"),
    "checkpoint empty": edit("checkpoint", lambda _: b""),
    "checkpoint without signature": edit("checkpoint", lambda data: data.rpartition(b"\n\n")[0] + b"\n\n"),
    "checkpoint signature bit": edit("checkpoint", flip(-10)),
    "checkpoint origin letter": edit("checkpoint", flip(0)),
    "checkpoint size digit": edit("checkpoint", flip(len(ORIGIN) + 1)),
    "checkpoint root letter": edit("checkpoint", flip(len(ORIGIN) + 6)),
    "checkpoint by another key": edit("checkpoint", restate(signer=CEO)),
    "checkpoint by another key of the same name": edit(
        "checkpoint", lambda data: data.replace(b"\xe2\x80\x94 ", b"\xe2\x80\x94 x", 1)
    ),
    "checkpoint of another origin, signed": edit("checkpoint", restate(origin="example.org/other")),
    "checkpoint one smaller, signed": edit("checkpoint", restate(size=-1)),
    "checkpoint one larger, signed": edit("checkpoint", restate(size=1)),
    "checkpoint other root, signed": edit("checkpoint", restate(root=bytes(32))),
    "checkpoint with leading zero": edit("checkpoint", lambda data: data.replace(b"\n600\n", b"\n0600\n")),
    "entry bit in a full bundle": edit(BUNDLE, flip(5)),
    "entry bit in the partial bundle": edit(PARTIAL, flip(-2)),
    "entry length changed": edit(BUNDLE, flip(1)),
    "entries in another order": edit(BUNDLE, reorder),
    "a byte moved between entries": edit(BUNDLE, relength),
    "bundle cut short": edit(BUNDLE, lambda data: data[:-1]),
    "bundle with a byte more": edit(PARTIAL, lambda data: data + b"\x00"),
    "bundle with an entry more": edit(PARTIAL, lambda data: data + b"\x00\x01x"),
    "bundle with an entry less": edit(PARTIAL, lambda data: data[: data.rindex(b"\x00")]),
    "bundle missing": remove(BUNDLE),
    "partial bundle missing": remove(PARTIAL),
    "bundles swapped": swap(BUNDLE, "tile/entries/001"),
    "tile bit": edit(TILE, flip(40)),
    "last tile bit": edit(PARTIAL_TILE, flip(-1)),
    "upper tile bit": edit(UPPER, flip(33)),
    "tile cut short": edit(TILE, lambda data: data[:-32]),
    "tile with a hash more": edit(PARTIAL_TILE, lambda data: data + bytes(32)),
    "tile of zeros": edit(TILE, lambda data: bytes(len(data))),
    "tile missing": remove(TILE),
    "upper tile missing": remove(UPPER),
    "tiles swapped": swap(TILE, "tile/0/000"),
    "hashes of a tile swapped": edit(TILE, lambda data: data[32:64] + data[:32] + data[64:]),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_the_independent_checker_refuses_each_tampering(gocheck: Path, log: Path, tmp_path: Path, name: str) -> None:
    """Every kind of tampering with the published files is refused."""
    path = tmp_path / "log"
    shutil.copytree(log, path)
    TAMPERINGS[name](path)

    assert files(log) != files(path)
    assert check(gocheck, path).returncode == 1


def test_the_untampered_log_is_accepted_and_a_wrong_key_refused(gocheck: Path, log: Path) -> None:
    """The log that the tamperings start from holds; under another key it does not; a wrong call is neither."""
    assert check(gocheck, log).returncode == 0
    assert check(gocheck, log, str(CEO.key)).returncode == 1
    assert subprocess.run([gocheck], capture_output=True, check=False).returncode == 2


def test_there_are_at_least_twenty_kinds() -> None:
    """The list does not shrink unseen, and the helper that signs again does sign."""
    assert len(TAMPERINGS) >= 20
    assert base64.b64encode(bytes(32)) in restate(root=bytes(32))(
        sign_checkpoint(Checkpoint(ORIGIN, 1, bytes(32)), LOG).encode()
    )


def files(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}
