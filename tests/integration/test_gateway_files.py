# SPDX-License-Identifier: Apache-2.0
"""Whatever a gateway serves by, damaged, rolled back or gone while it serves: it closes, live streams end, mended it serves (G-1, G-3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, chat, live, why
from tests.gateway_world import POLICY, Running, make_world, serve, trials
from tests.policy_builders import floor, signed_tenant, signer, tenant

from ruleout.policy.bundle import sign_bundle

FILES = ("permit-general.json", "floor.json", "acme.json", "keyring.yaml", "tools.yaml")


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


@pytest.fixture(scope="module")
def running(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(make_world(tmp_path_factory.mktemp("world"), fake.url)) as one:
        yield one


def bundle(version: int = 1, **more: object) -> bytes:
    made = tenant(policy=POLICY, trials=trials(("acme",)), name="acme", about={"tenants": ["acme"]}, version=version)
    return signed_tenant(dataclasses.replace(made, **more))  # type: ignore[arg-type]


def put(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    beside.replace(path)


def closes(running: Running, name: str, change: Callable[[Path], None]) -> None:
    """Whether a change to a file closes the gateway, ends live streams, and is undone by the file's return."""
    path = running.world.folder / name
    kept = path.read_bytes()
    with live(running, chat("silent", stream=True)) as (one,):
        change(path)
        try:
            one.wait()
            assert why(one) in ("closed", "not-permitted"), one.body
            running.until_ready(ready=False)
            refused = ask(running)
            assert (refused.status, why(refused)) == (503, "closed"), refused.data
            assert str(path.parent).encode() not in refused.data, "where files lie is no matter of a client's"
            said = running.get("/ready")[1]
            assert "the permits or policies do not hold: " in said
            assert str(path.parent) not in said, "anybody may ask"
        finally:
            put(path, kept)
    running.until_ready()
    assert ask(running).status == 200


@pytest.mark.parametrize("name", FILES)
def test_damage(running: Running, name: str) -> None:
    closes(running, name, lambda path: put(path, path.read_bytes()[:-40] + b"{[damage" * 5))


@pytest.mark.parametrize("name", ["permit-general.json", "floor.json"])
def test_a_file_that_is_gone(running: Running, name: str) -> None:
    closes(running, name, Path.unlink)


def test_a_floor_that_its_key_did_not_sign(running: Running) -> None:
    closes(running, "floor.json", lambda path: put(path, sign_bundle(floor(), signer("policy-pia"))))


def test_a_tenants_bundle_in_the_floors_place(running: Running) -> None:
    closes(running, "floor.json", lambda path: put(path, bundle()))


def test_a_bundle_without_tests(running: Running) -> None:
    made = tenant(policy=POLICY, trials=(), name="acme", about={"tenants": ["acme"]}, version=2)
    closes(running, "acme.json", lambda path: put(path, signed_tenant(made)))
