# SPDX-License-Identifier: Apache-2.0
"""What a gateway has seen it does not forget: versions, revocations, instants; also where its own disk fails (G-1, G-3)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import ask, chat, live, of, until, why
from tests.gateway_world import POLICY, WEIGHTS, World, make_world, serve, trials
from tests.integration.test_gateway_files import bundle, put
from tests.permit_builders import permit, terms

from ruleout.app.serving.seen import Seen, keep_seen
from ruleout.model.permit import Endpoint, ServedModel, Tenant, Terms, Tool


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


def test_a_bundle_that_is_rolled_back_at_once(fake: Fake, tmp_path: Path) -> None:
    """What a worker has served by once, nothing older replaces: not even before it is written down."""
    world = make_world(tmp_path / "w", fake.url)
    old = (world.folder / "acme.json").read_bytes()
    with serve(world) as running:
        tighter = POLICY.replace("context.tokens <= 100000", "context.tokens <= 10")
        one = trials(("acme",))
        put(world.folder / "acme.json", bundle(2, policy=tighter, trials=one))
        until(lambda: why(ask(running)) == "not-allowed")
        put(world.folder / "acme.json", old)
        time.sleep(2.5)
        assert ask(running).status in (403, 503)


def test_a_withdrawn_permit_ends_streams_and_an_old_file_brings_nothing_back(fake: Fake, tmp_path: Path) -> None:
    world = make_world(tmp_path / "w", fake.url)
    path = world.folder / "permit-general.json"
    old = path.read_bytes()
    with serve(world) as running, live(running, chat("silent", stream=True)) as (one,):
        revoke(world)
        one.wait()
        assert why(one) == "not-permitted"
        refused = ask(running)
        assert (refused.status, why(refused)) == (403, "not-permitted")
        until(lambda: [r.why for r in of(world, one.request)[1:]] == ["not-permitted"])
        put(path, old)
        time.sleep(2.5)
        assert ask(running).status in (403, 503), "an old copy of the permit hides its revocation"
    with serve(world, wait=False) as running:
        until(lambda: running.get("/health")[0] == 200)
        assert ask(running).status in (403, 503)


def revoke(world: World) -> None:
    """Revoke the world's permit: its file, as of the log now."""
    fields = made_terms()
    one = permit(id="general", terms=fields, safeguards=(), issued=datetime(2026, 1, 1, tzinfo=UTC))
    index = len(world.log.entries) - 1
    world.log.revoke()
    world.write_permit("general", index, one)


def made_terms() -> Terms:
    return terms(
        models=(ServedModel(model="helper-1", digest=WEIGHTS, served_as=("helper", "helper-2")),),
        tenants=(
            Tenant(tenant="acme", customer="", tiers=("standard",)),
            Tenant(tenant="other", customer="", tiers=("standard",)),
        ),
        endpoints=tuple(Endpoint),
        tools=(Tool(tool="get_weather", human_approval=False, limits=()),),
        limits=(),
        hooks=(),
        conditions=(),
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        last_day=date(2999, 1, 1),
    )


def test_a_permit_that_has_ended_or_not_begun(fake: Fake, tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    for number, more in enumerate(
        (
            {"last_day": today - timedelta(days=2)},
            {"not_before": datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)},
        )
    ):
        world = make_world(tmp_path / str(number), fake.url, **more)
        with serve(world, wait=False) as running:
            until(lambda running=running: running.get("/health")[0] == 200)  # type: ignore[misc]
            until(lambda running=running: why(ask(running)) == "not-permitted")  # type: ignore[misc]


def test_memory_of_what_was_seen_that_is_damaged_is_not_nothing(fake: Fake, tmp_path: Path) -> None:
    world = make_world(tmp_path / "w", fake.url)
    seen = world.folder / "state" / "seen.json"
    with serve(world):
        until(seen.exists)
    kept = seen.read_bytes()
    seen.write_bytes(b"{}")
    with serve(world, wait=False) as running:
        running.until_ready(ready=False)
        time.sleep(1)
        assert why(ask(running)) == "closed"
        put(seen, kept)
        until(lambda: ask(running).status == 200)


def test_a_worker_that_cannot_count_still_sees_a_revocation(fake: Fake, tmp_path: Path) -> None:
    """The disk of the state folder fails: whatever else is lost, what was withdrawn is not served."""
    world = make_world(tmp_path / "w", fake.url)
    with serve(world) as running:
        counters = world.folder / "state" / "counters"
        counters.rename(tmp_path / "away")
        counters.write_bytes(b"")
        time.sleep(1.5)
        revoke(world)
        until(lambda: ask(running).status in (403, 503))


def test_a_clock_that_was_set_back_brings_no_permit_back(fake: Fake, tmp_path: Path) -> None:
    world = make_world(tmp_path / "w", fake.url, last_day=date(2998, 1, 1))
    (world.folder / "state").mkdir()
    keep_seen(world.folder / "state", Seen(latest=datetime(2998, 6, 1, tzinfo=UTC), size=0, versions={}))
    with serve(world, wait=False) as running:
        until(lambda: running.get("/health")[0] == 200)
        assert ask(running).status in (403, 503)
        assert why(ask(running)) in ("not-permitted", "closed")
