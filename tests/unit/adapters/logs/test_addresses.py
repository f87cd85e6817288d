# SPDX-License-Identifier: Apache-2.0
"""Logs at addresses: found, fetched once, bounded, and never with a credential in a message (E-1)."""

import hashlib
import importlib
import io
import random
import sys
import zipfile

import pytest
from tests.unit.adapters.local_stores import s3_server, web_server

from ruleout.adapters.logs import download as downloading
from ruleout.adapters.logs.address import matcher, shown_address, without_credentials
from ruleout.adapters.logs.block_source import BLOCK_BYTES, BlockSource
from ruleout.adapters.logs.download import in_blocks, spool
from ruleout.adapters.logs.finding import find_logs
from ruleout.adapters.logs.opening import open_log
from ruleout.adapters.logs.stores import Objects, open_store
from ruleout.errors import NotFound, RuleoutError, UnreadableLog

DATA = random.Random(2).randbytes(3 * BLOCK_BYTES + 17)
SHA256 = hashlib.sha256(DATA).hexdigest()


def names(found):
    return [log.shown for log in found.logs]


def fetched(address):
    """The bytes of the one log at an address."""
    (log,) = find_logs([address]).logs
    with open_log(log) as opened:
        assert opened.main.source.sha256 == hashlib.sha256(opened.main.source.read(0, opened.size)).hexdigest()
        return opened.main.source.read(0, opened.size)


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://ada:secret@host:8/a/b.eval?sig=secret#secret", "https://host:8/a/b.eval?…"),
        ("s3://bucket/a b.eval", "s3://bucket/a b.eval"),
        ("ftp://secret@host/x", "ftp://host/x"),
        ("memory:///x", "memory:///x"),
        ("simplecache::https://u:secret@h/x?secret", "simplecache::https://h/x?…"),
        ("https://[secret", "https://…"),
    ],
)
def test_what_is_shown_of_an_address_holds_no_credential(address, shown):
    """Users, passwords, queries and fragments go; host and path stay."""
    assert shown_address(address).removeprefix("://") == shown or shown_address(address) == shown
    assert "secret" not in shown_address(address)


def test_messages_of_stores_lose_what_may_be_a_credential():
    """The first line, at most 300 characters, without users and queries."""
    text = "GET https://u:secret@h/x?X-Sig=secret failed (https://h/y?token=secret)\n secret"

    assert without_credentials(text) == "GET https://h/x?… failed (https://h/y?…)"
    assert without_credentials("no s3://k:a/se@cret@b/x or 'ftp://u:p@secret@h/x'") == "no s3://b/x or 'ftp://h/x'"
    assert len(without_credentials("x" * 1000)) == 300


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("a/*.eval", ["a/x.eval", "a/.eval"], ["a/b/x.eval", "x.eval", "a/x.eval2"]),
        ("a/**/x?", ["a/x1", "a/b/x1", "a/b/c/x1"], ["a/x", "b/x1", "a/b/x12"]),
        ("a/**", ["a/x", "a/b/c"], ["b/x"]),
        ("[ab][!c]", ["ad", "b["], ["ac", "cd", "a"]),
        ("a+(b)[]x]", ["a+(b)]", "a+(b)x"], ["aab]"]),
    ],
)
def test_patterns_match_as_they_do_in_folders(pattern, yes, no):
    """A star stays within a name; characters that mean something elsewhere are letters."""
    assert [p for p in [*yes, *no] if matcher(pattern).fullmatch(p)] == yes


# --- downloads --------------------------------------------------------------------------------------------------------


def test_pieces_of_any_size_become_blocks():
    """Nothing is lost or added; all blocks but the last are of one size."""
    pieces = [DATA[:5], b"", DATA[5 : BLOCK_BYTES + 9], DATA[BLOCK_BYTES + 9 :]]
    blocks = list(in_blocks(pieces))

    assert [len(block) for block in blocks] == [BLOCK_BYTES] * 3 + [17]
    assert b"".join(blocks) == DATA
    assert list(in_blocks([])) == []


def test_a_download_is_digested_as_it_comes_and_read_from_a_file_without_a_name(tmp_path, monkeypatch):
    """Progress is told; nothing is left in the folder of temporary files, even while it is open."""
    monkeypatch.setattr(downloading.tempfile, "tempdir", str(tmp_path))
    told = []
    source = spool(iter([DATA]), name="x", limit_bytes=len(DATA), on_bytes=told.append)

    assert isinstance(source, BlockSource)
    assert (source.size, source.sha256, sum(told)) == (len(DATA), SHA256, len(DATA))
    assert source.read(BLOCK_BYTES - 3, 9) == DATA[BLOCK_BYTES - 3 :][:9]
    assert list(tmp_path.iterdir()) == []
    source.close()


def test_a_download_stops_at_the_limit():
    """A store that sends without end is not waited for."""

    def endless():
        while True:
            yield bytes(BLOCK_BYTES)

    with pytest.raises(UnreadableLog) as error:
        spool(endless(), name="x", limit_bytes=2 * BLOCK_BYTES, on_bytes=lambda _: None)
    assert error.value.reason == "too-large"


def test_a_full_disk_is_named_with_what_to_do(monkeypatch):
    """TMPDIR chooses another one."""

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(downloading.tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(RuleoutError, match="No space left") as error:
        spool([b"x"], name="x", limit_bytes=9, on_bytes=lambda _: None)
    assert "TMPDIR" in error.value.hint


# --- the web ----------------------------------------------------------------------------------------------------------


def test_a_file_on_the_web_is_fetched_by_one_request():
    """With or without a stated length; the server knows no ranges and makes no lists; a `?` is no wildcard."""
    with web_server(DATA) as (host, seen):
        assert fetched(f"http://{host}/runs/a.eval?version=3") == DATA
        assert fetched(f"http://{host}/no-length") == DATA
        assert [path for _, path, _ in seen] == ["/runs/a.eval?version=3", "/no-length"]
        assert all("range" not in headers for _, _, headers in seen)


def test_a_user_in_an_address_is_a_header_and_goes_nowhere_else():
    """Not into the request's line, not into a name, not to where a redirection leads."""
    with web_server(DATA) as (host, seen):
        (log,) = find_logs([f"http://ada:s%40cret@{host}/to/%2Fmoved"]).logs
        with open_log(log) as opened:
            assert opened.size == len(DATA)
        first, second = (headers.get("authorization") for _, _, headers in seen)

        assert (log.shown, first, second) == (f"http://{host}/to/%2Fmoved", "Basic YWRhOnNAY3JldA==", None)
        assert "cret" not in repr(log)


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("404", NotFound, "no such evaluation log"),
        ("401", RuleoutError, "HTTP 401"),
        ("500", RuleoutError, "HTTP 500"),
        ("cut", RuleoutError, "expected 3145845 bytes, got 3145745"),
        ("to/ftp%3A%2F%2Fhost%2Fx", RuleoutError, "cannot be fetched"),
    ],
)
def test_what_the_web_answers_is_told_without_credentials(path, kind, words):
    """An error says what to check."""
    with web_server(DATA) as (host, _), pytest.raises(kind, match=words) as error:
        fetched(f"http://u:secret@{host}/{path}?token=secret")
    assert "secret" not in f"{error.value} {error.value.hint}"
    assert error.value.hint


def test_nobody_at_the_address_is_told():
    """A closed port."""
    with web_server(DATA) as (host, _):
        pass
    with pytest.raises(RuleoutError, match="cannot be fetched: URLError"):
        fetched(f"http://{host}/x.eval")


# --- object stores ----------------------------------------------------------------------------------------------------

KEYS = {
    "runs/1/a.eval": DATA,
    "runs/1/b.eval": DATA[:9],
    "runs/2/c.json": b"{}",
    "runs/notes.txt": b"x",
    "d.eval": b"d",
}


@pytest.fixture
def bucket(monkeypatch):
    """A bucket on this machine, with the settings that lead there."""
    pytest.importorskip("obstore", reason="reading addresses needs the extra `remote`")
    with s3_server(KEYS) as (host, seen):
        settings = {"ENDPOINT": f"http://{host}", "ALLOW_HTTP": "true", "REGION": "x"}
        settings |= {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret"}
        for name, value in settings.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        yield seen


def test_objects_are_found_by_key_folder_and_pattern(bucket):
    """As files are, and each once."""
    both = ["s3://bucket/runs/1/a.eval", "s3://bucket/runs/1/b.eval"]

    assert names(find_logs(["s3://bucket/d.eval"])) == ["s3://bucket/d.eval"]
    assert names(find_logs(["s3://bucket/runs/1", "s3://bucket/runs/1/", *both])) == both
    assert names(find_logs(["s3://bucket/runs/*/*.eval"])) == both
    assert names(find_logs(["s3://bucket/**/[cd]*"])) == ["s3://bucket/d.eval", "s3://bucket/runs/2/c.json"]
    found = find_logs(["s3://bucket/runs"])
    assert names(found) == [*both, "s3://bucket/runs/2/c.json"]
    assert found.skipped == (("s3://bucket/runs/notes.txt", "no reader knows this kind of file"),)
    assert [log.size for log in found.logs] == [len(DATA), 9, 2]


def test_an_object_is_fetched_whole_by_one_request(bucket):
    """So its bytes are those of one version."""
    assert fetched("s3://bucket/runs/1/a.eval") == DATA
    assert [path for _, path, _ in bucket if "list-type" not in path] == ["/bucket/runs/1/a.eval"]


def test_an_object_over_the_limit_is_not_fetched(bucket):
    """Its size is in the list."""
    (log,) = find_logs(["s3://bucket/runs/1/a.eval"]).logs
    with pytest.raises(UnreadableLog) as error, open_log(log, limit_bytes=len(DATA) - 1):
        pass
    assert error.value.reason == "too-large"
    assert [path for _, path, _ in bucket if "list-type" not in path] == []


@pytest.mark.parametrize("key", ["gone.eval", "runs/*.nothing", "gone/"])
def test_an_object_that_is_not_there_is_refused(bucket, key):
    """By its address, with what to check."""
    ((name, error),) = find_logs([f"s3://bucket/{key}"]).refused

    assert name == f"s3://bucket/{key}"
    assert isinstance(error, NotFound)
    assert error.hint


def test_a_store_in_memory_of_obstore_is_read():
    """The same interface as that of the clouds."""
    obstore = pytest.importorskip("obstore", reason="reading addresses needs the extra `remote`")
    memory = obstore.store.MemoryStore()
    obstore.put(memory, "runs/a.eval", DATA)
    store = Objects(memory, base="mem://x", path="runs")

    assert [(item.path, item.size) for item in store.below("runs")] == [("runs/a.eval", len(DATA))]
    assert [item.path for item in store.folder("runs")] == ["runs/a.eval"]
    assert b"".join(store.pieces("runs/a.eval")) == DATA
    with pytest.raises(NotFound, match="mem://x/gone: no such evaluation log"):
        list(store.pieces("gone"))


# --- whatever fsspec knows --------------------------------------------------------------------------------------------


@pytest.fixture
def memory():
    """Fsspec's store in this process, emptied afterwards."""
    fsspec = pytest.importorskip("fsspec", reason="reading addresses needs the extra `remote`")
    system = fsspec.filesystem("memory")
    for key, data in KEYS.items():
        system.pipe(f"/{key}", data)
    yield system
    system.rm("/", recursive=True)


def test_every_log_of_every_archive_is_found(tmp_path):
    """Logs of one name in two archives are two, and so are those of a folder whose name no message can show."""
    pytest.importorskip("fsspec", reason="reading addresses needs the extra `remote`")
    addresses = []
    for archive in ("a.zip", "b.zip"):
        with zipfile.ZipFile(tmp_path / archive, "w") as file:
            for name in ("[run]/1.eval", "[run]/2.eval", "plain/3.eval"):
                file.writestr(name, DATA)
        addresses += [f"zip://::{tmp_path / archive}"] * 2

    found = find_logs(addresses)

    assert [log.files[0].path for log in found.logs] == ["[run]/1.eval", "[run]/2.eval", "plain/3.eval"] * 2
    assert found.refused == found.skipped == ()


def test_files_of_one_path_on_two_hosts_are_two():
    """Paths of fsspec name no host, as those of SFTP."""
    fsspec = pytest.importorskip("fsspec", reason="reading addresses needs the extra `remote`")
    memory = importlib.import_module("fsspec.implementations.memory")

    class Hosts(memory.MemoryFileSystem):
        protocol = "hosts"
        store, pseudo_dirs = {"/run/a.eval": memory.MemoryFile(None, "/run/a.eval", DATA)}, ["", "/run"]

        @classmethod
        def _strip_protocol(cls, path):
            return "/" + path.partition("://")[2].partition("/")[2].rstrip("/") if "://" in path else path

        @staticmethod
        def _get_kwargs_from_urls(path):
            return {"host": path.partition("://")[2].partition("/")[0]}

    fsspec.register_implementation("hosts", Hosts, clobber=True)
    found = find_logs(["hosts://one/run", "hosts://two/run/a.eval", "hosts://one/run/*.eval"])
    assert [log.files[0].address for log in found.logs] == ["hosts://one/run", "hosts://two/run/a.eval"]


def test_a_file_system_of_fsspec_is_read(memory):
    """By file, folder and pattern."""
    assert names(find_logs(["memory://runs"]))[:2] == ["memory:///runs/1/a.eval", "memory:///runs/1/b.eval"]
    assert names(find_logs(["memory://runs/1/*"])) == ["memory:///runs/1/a.eval", "memory:///runs/1/b.eval"]
    assert fetched("memory://runs/1/a.eval") == DATA
    assert find_logs(["memory://gone/a.eval"]).refused[0][0] == "memory://gone/a.eval"


def test_a_scheme_nobody_knows_is_refused():
    """By its name."""
    ((name, error),) = find_logs(["zzz://u:secret@host/x"]).refused

    assert name == "zzz://host/x"
    assert "Protocol not known" in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize(("address", "library"), [("s3://bucket/x", "obstore"), ("memory://x", "fsspec")])
def test_without_the_library_the_extra_is_told(monkeypatch, address, library):
    """And what to do without it."""
    for name in [n for n in sys.modules if n.partition(".")[0] == library] + [library]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(RuleoutError, match=f"needs {library}, which is not installed") as error:
        open_store(address)
    assert "pip install ruleout[remote]" in error.value.hint
