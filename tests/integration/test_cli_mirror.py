# SPDX-License-Identifier: Apache-2.0
"""`ruleout mirror`: a host pushes its log to a bucket, the lab fetches it from there and takes its state (L-11)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.command_line import Ran, run, seeds
from tests.unit.adapters.local_stores import s3_server

KEYS = seeds("lab-log", "gateway-log", "recorder-eve", "gateway-1", "gateway-2")
AT = "s3://bucket/edge-1"


class Site:
    """A main record, a host's workspace, and a bucket between them."""

    def __init__(self, folder: Path, host: str) -> None:
        self.folder = folder
        self.store = {"AWS_ENDPOINT": f"http://{host}", "AWS_REGION": "x", "AWS_ALLOW_HTTP": "true"}
        self.store |= {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret-word"}

    def run(self, *words: object, **more: str) -> Ran:
        return run(*words, env={**KEYS, **self.store, **more}, folder=self.folder)

    def done(self, *words: object) -> Ran:
        ran = self.run(*words)
        assert ran.code == 0, ran.err + ran.text
        return ran


@pytest.fixture
def files() -> dict[str, bytes]:
    return {}


@pytest.fixture
def site(tmp_path: Path, files: dict[str, bytes]) -> Iterator[Site]:
    pytest.importorskip("obstore", reason="NOT TESTED: mirrors need the extra `remote`")
    with s3_server(files) as (host, _):
        made = Site(tmp_path, host)
        made.done("init", "record", "--origin", "lab.example/record", "--producer", "lab")
        made.done("init", "sealing", "--origin", "lab.example/edge-1", "--producer", "gateway")
        made.done("key", "new", "recorder-eve", "--role", "recorder", "--person", "eve", "-w", "record")
        made.done("key", "new", "gateway-1", "--role", "gateway", "--person", "edge", "-w", "sealing")
        yield made


def test_a_hosts_log_comes_by_the_bucket_into_the_record(site: Site, files: dict[str, bytes]) -> None:
    """With the keyring that its `key` entries name, and nothing else of the workspace; again as it grows."""
    first = site.done("mirror", "push", AT, "-w", "sealing")
    assert "the first state" in first.text
    fetched = site.done("mirror", "fetch", AT, "edge-1")
    assert "compare it with one you know" in fetched.err
    assert "the first state" in site.done("hosts", "take", "edge-1", "--key", "recorder-eve", "-w", "record").text
    site.done("key", "new", "gateway-2", "--role", "gateway", "--person", "edge-2", "-w", "sealing")
    pushed = site.done("mirror", "push", AT, "-w", "sealing", "--json").json
    again = site.done("mirror", "fetch", AT, "edge-1", "--json")
    assert (again.json["before"], again.json["size"], again.err) == (pushed["before"], pushed["size"], "")
    assert (pushed["size"] > pushed["before"], pushed["mirror"]) == (True, AT)
    assert "extends" in site.done("hosts", "take", "edge-1", "--key", "recorder-eve", "-w", "record").text
    assert "host-log lab.example/edge-1 passed" in " ".join(
        site.done("verify", "record", "--host", "edge-1").text.split()
    )
    assert "nothing new" in site.done("mirror", "push", AT, "-w", "sealing").text
    assert "nothing new" in site.done("mirror", "fetch", AT, "edge-1").text
    assert {name.split("/")[1] for name in files} == {"log.json", "checkpoint", "tile", "objects"}


def test_a_host_that_was_set_back_cannot_push_and_says_what_to_do(site: Site, files: dict[str, bytes]) -> None:
    shutil.copytree(site.folder / "sealing", site.folder / "monday")
    site.done("key", "new", "gateway-2", "--role", "gateway", "--person", "edge-2", "-w", "sealing")
    site.done("mirror", "push", AT, "-w", "sealing")
    before = dict(files)
    ran = site.run("mirror", "push", AT, "-w", "monday")
    assert (ran.code, "expected at most the" in ran.err, "Keep both" in ran.err) == (1, True, True)
    assert files == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("push", "https://host/x", "-w", "sealing"), "an object store"),
        (("push", AT, "-w", "nowhere"), "no workspace"),
        (("fetch", AT, "edge-1"), "s3://bucket/edge-1: no log there"),
        (("fetch", AT, "record"), "expected a copy of a log"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(site: Site, words: tuple[str, ...], said: str) -> None:
    ran = site.run("mirror", *words)
    assert (ran.code, said in ran.err, "next: " in ran.err) == (2, True, True), ran.err
    assert not (site.folder / "edge-1").exists()


def test_a_store_that_is_not_there_is_said_without_its_credentials(site: Site) -> None:
    ran = site.run("mirror", "push", AT, "-w", "sealing", AWS_ENDPOINT="http://127.0.0.1:9")
    assert (ran.code, f"{AT}/checkpoint: the store failed" in ran.err, "secret-word" in ran.err) == (2, True, False), (
        ran.err
    )
