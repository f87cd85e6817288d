# SPDX-License-Identifier: Apache-2.0
"""What was found about a request serves the next that asks the same, and never outlives what it follows from (G-1, G-3, G-6)."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.client_server import until
from tests.gateway_world import KEY, OTHER_KEY, World, make_world, sha256
from tests.kill_builders import KIM, StandingClock, epoch, key_id, signed

from ruleout.adapters.audit import WriterState
from ruleout.adapters.kill import Places
from ruleout.adapters.kill.host import boottime_ns
from ruleout.adapters.kill.page import Page, closing
from ruleout.adapters.limits import create_page
from ruleout.adapters.limits import page as limits
from ruleout.app.serving.load import load_standing
from ruleout.app.serving.place import read_settings
from ruleout.errors import RuleoutError
from ruleout.gateway.admission import Admission
from ruleout.gateway.exchange import Exchange
from ruleout.gateway.judging.known import MOST_KNOWN
from ruleout.gateway.processes import process as processes
from ruleout.gateway.processes.assembly import Assembled, assemble, prepare
from ruleout.gateway.processes.process import Process
from ruleout.gateway.relay import _why_not as why_not
from ruleout.model.permit import ContentPolicy, Endpoint, Limit, LimitKind, ServedModel, Tenant, Tool
from ruleout.policy.bundle import bundle_digest
from ruleout.serving.asked import Asked
from ruleout.serving.audit import HookSaid
from ruleout.serving.epoch import Kill, Target, TightLimit, to_file
from ruleout.serving.epoch.page import Serves
from ruleout.serving.grants import Grant, find_grant, unchanged_of
from ruleout.serving.refusal import Refusal, Why

CHAT = Endpoint.OPENAI_CHAT_COMPLETIONS
BOOT = "0" * 36
NOW = datetime(2026, 6, 1, tzinfo=UTC)
AT = "2026-03-01T12:00:00Z"
WEATHER = {"type": "function", "function": {"name": "get_weather"}}
CLOCK = {"type": "function", "function": {"name": "get_time"}}


def ns(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 10**9


@dataclass(slots=True, kw_only=True)
class Asking:
    """A worker's admission, and the page of kills that it reads."""

    parts: Assembled
    page: Page
    world: World

    @property
    def admission(self) -> Admission:
        return self.parts.serving.admission

    def ask(self, key: str = KEY, at_ns: int = ns(2026, 6, 1), **more: Any) -> tuple[Exchange, Refusal | None]:
        body = {"model": "helper", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 200, **more}
        it = Exchange(CHAT, "0" * 24, at_ns)
        refusal = self.admission.admit(it, sha256(key), json.dumps(body).encode())
        self.admission.settle(it)
        return it, refusal

    def rules(self, key: str = KEY, at_ns: int = ns(2026, 6, 1), **more: Any) -> tuple[str, ...]:
        """Ids of the rules that refuse; none where it is served."""
        refusal = self.ask(key, at_ns, **more)[1]
        return () if refusal is None else refusal.rules

    def kill(self, number: int, *kills: Kill) -> None:
        self.page.write(number, to_file(signed(epoch(number, "0" * 64, kills=kills))), is_open=True)

    def load(self) -> None:
        self.parts.load(load_standing(self.parts.place, at=NOW, before=self.admission.standing))


def asking_in(world: World) -> Iterator[Asking]:
    place = read_settings(world.write())
    prepare(place, lambda path: create_page(path, boot_id=BOOT))
    run = Places(folder=place.path(place.settings.kills) / "run")
    run.page.parent.mkdir(parents=True, exist_ok=True)
    page = Page(run.page, make=True)
    page.write(1, to_file(signed(epoch())), is_open=True)
    page.lease_until(boottime_ns() + 5 * 10**9)
    parts = assemble(place, "test-1", {}, BOOT)
    parts.serving.admission.rechecks = None
    made = Asking(parts=parts, page=page, world=world)
    made.load()
    yield made
    parts.serving.audit.close()
    page.close()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> StandingClock:
    """The page's lease ends where a test says so."""
    return StandingClock(monkeypatch)


@pytest.fixture
def world(tmp_path: Path) -> World:
    tools = tuple(Tool(tool=name, human_approval=False, limits=()) for name in ("get_weather", "get_time"))
    return make_world(tmp_path, "http://127.0.0.1:9", tools=tools, last_day=date(2026, 8, 31))


@pytest.fixture
def asking(world: World) -> Iterator[Asking]:
    yield from asking_in(world)


def test_the_second_of_two_that_ask_the_same_gets_what_was_found_for_the_first(asking: Asking) -> None:
    """The same grant, scope and answer, and the same record; found once."""
    (one, first), (two, second) = asking.ask(), asking.ask()

    assert first is second is None
    assert two.grant is one.grant
    assert two.scope is one.scope
    assert two.answer is one.answer
    assert two.opened() == one.opened()
    two.form = None
    assert two.opened() == one.opened()


def test_a_permit_ends_between_two_that_ask_the_same(asking: Asking) -> None:
    """To the nanosecond; and where the instant is an earlier one, it counts again."""
    end = ns(2026, 9, 1)

    assert asking.rules(at_ns=end - 1) == ()
    assert asking.rules(at_ns=end) == ("permit-time",)
    assert asking.rules(at_ns=end - 1) == ()


def test_a_permit_that_begins_is_found_although_another_was_found_before(asking: Asking) -> None:
    """Of two permits for a model the first that is in force counts, from its first instant on."""
    standing = asking.admission.standing
    assert standing is not None
    (later,) = standing.grants["helper"]
    first = later._replace(permit="first", first_ns=ns(2026, 7, 1), end_ns=ns(2026, 8, 1))
    asking.admission.load(replace(standing, grants={"helper": (first, later)}))

    found = [asking.ask(at_ns=at)[0].grant for at in (ns(2026, 6, 30), ns(2026, 7, 1), ns(2026, 7, 31), ns(2026, 8, 1))]

    assert [grant.permit for grant in found if grant] == ["general", "first", "first", "general"]


def test_what_is_served_by_changes_between_two_that_ask_the_same(asking: Asking) -> None:
    """A withdrawn permit, a closed worker, and the same permits again."""
    standing = asking.admission.standing
    assert standing is not None
    assert asking.rules() == ()

    asking.admission.load(replace(standing, grants={}))
    assert asking.rules() == ("permit-model",)
    asking.admission.close("closed for a test")
    refusal = asking.ask()[1]
    assert refusal is not None
    assert refusal.why is Why.CLOSED
    asking.admission.load(standing)
    assert asking.rules() == ()


def test_standing_that_is_only_put_in_place_counts_too(asking: Asking) -> None:
    """Nothing is found under another standing than the one that is asked about, however it came to be there."""
    assert asking.rules() == ()

    asking.admission.standing = replace(asking.admission.standing, grants={})  # type: ignore[type-var]
    assert asking.rules() == ("permit-model",)


def test_a_bundle_that_is_distrusted_serves_nothing_that_it_let_through_before(asking: Asking) -> None:
    """The other tenant's goes on."""
    assert (asking.rules(), asking.rules(OTHER_KEY)) == ((), ())
    standing = asking.admission.standing
    assert standing is not None

    (bundle,) = [one for one in standing.loaded.tenants if one.name == "acme"]
    asking.admission.distrust(bundle_digest(bundle))

    refusal = asking.ask()[1]
    assert refusal is not None
    assert refusal.why is Why.FAILED
    assert asking.rules(OTHER_KEY) == ()


def test_a_kill_between_two_that_ask_the_same(asking: Asking) -> None:
    """Of the model, of a tool, of the tenant; and served again once it is given back."""
    assert asking.rules(tools=[WEATHER]) == ()

    for number, (kind, name) in enumerate(
        ((Target.MODEL, "helper-1"), (Target.TOOL, "get_weather"), (Target.TENANT, "acme"), (Target.ALL, "")), 2
    ):
        asking.kill(
            2 * number,
            Kill(id="kill-1", kind=kind, name=name, reason="0" * 64, by=key_id(KIM), at=AT),
        )
        assert asking.rules(tools=[WEATHER]) == ("kill-1",)
        asking.kill(2 * number + 1)
        assert asking.rules(tools=[WEATHER]) == ()
        assert asking.ask(tools=[WEATHER])[0].epoch == 2 * number + 1


def test_a_record_tells_the_epoch_that_was_seen(asking: Asking) -> None:
    """Also where the request before it asked the same under another."""
    asking.ask()
    asking.kill(2)
    asking.ask()
    it, refusal = asking.ask()

    assert refusal is None
    assert json.loads(it.opened())["epoch"] == it.epoch == 2
    it.input_hooks = (HookSaid("h", "allow"),)
    assert json.loads(it.opened()) | {"hooks": []} == json.loads(asking.ask()[0].opened()) | {"hooks": []}


def test_a_lease_that_ends_between_two_that_ask_the_same(asking: Asking) -> None:
    """The page is asked each time."""
    assert asking.rules() == ()
    asking.page.lease_until(0)

    refusal = asking.ask()[1]
    assert refusal is not None
    assert refusal.why is Why.LEASE


def test_a_limit_that_is_tightened_between_two_that_ask_the_same(asking: Asking) -> None:
    """Limits are counted for each request."""
    assert asking.rules() == ()
    budgets = asking.admission.budgets
    assert budgets is not None

    budgets.tighten([(LimitKind.TOKENS_PER_REQUEST, "acme", 100)])
    assert asking.rules() == ("tokens-per-request",)
    assert asking.rules(OTHER_KEY) == ()


def tightened(asking: Asking, number: int, *limits: TightLimit) -> None:
    """Put a state in force whose limits are these, and have the worker look at it."""
    asking.page.write(number, to_file(signed(epoch(number, "0" * 64, limits=limits))), is_open=True)
    asking.ask()
    Process(asking.parts).settled(number, 0)


def test_a_limit_finds_its_tenant_as_a_kill_does(asking: Asking) -> None:
    """Names are compared without case and width, at once and at the next load; another tenant's limits stay."""
    tightened(asking, 2, TightLimit(kind=LimitKind.TOKENS_PER_REQUEST, tenant="\uff21CME", at_most=100))
    for _ in range(2):
        assert asking.rules() == ("tokens-per-request",)
        assert asking.rules(OTHER_KEY) == ()
        asking.load()


def test_a_limit_that_was_tightened_and_given_back_is_what_it_was(asking: Asking) -> None:
    """At the next load, also where none came in between; one that holds stays over a load."""
    tight = TightLimit(kind=LimitKind.TOKENS_PER_REQUEST, tenant="", at_most=100)
    tightened(asking, 2, tight)
    asking.load()
    assert asking.rules() == ("tokens-per-request",)
    tightened(asking, 3)
    asking.load()
    assert asking.rules() == ()
    tightened(asking, 4, tight)
    tightened(asking, 5)
    assert asking.rules() == ("tokens-per-request",)
    asking.load()
    assert asking.rules() == ()


def test_a_load_that_could_not_count_by_its_limits_is_no_load(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """A permit with a smaller limit came while another process held the page of limits: the load after it counts by that limit too."""
    asking.world.issue(id="tight", limits=(Limit(kind=LimitKind.TOKENS_PER_REQUEST, at_most=100),))
    (asking.world.folder / "permit-tight.json").replace(asking.world.folder / "permit-general.json")
    other = limits.Page(asking.world.folder / "state" / "limits", boot_id=BOOT, now_ns=0)
    monkeypatch.setattr(limits, "_PATIENT_TRIES", 1)

    def while_it_is_held() -> None:
        with pytest.raises(RuleoutError, match="another worker holds"):
            asking.load()

    other._locked(limits.HEADER_LOCK, while_it_is_held)
    asking.load()
    assert asking.rules() == ("tokens-per-request",)


def test_a_limit_holds_although_what_is_served_by_was_loaded_while_the_page_was_closed(asking: Asking) -> None:
    """The agent began anew, and opened the same state again before the worker judged anything by the page."""
    process = Process(asking.parts)
    limits = (TightLimit(kind=LimitKind.TOKENS_PER_REQUEST, tenant="", at_most=100),)
    state = to_file(signed(epoch(2, "0" * 64, limits=limits)))
    asking.page.write(2, state, is_open=True)
    asking.ask()
    process.settled(2, 0)
    asking.load()
    asking.page.write(0, closing("it has just started"), is_open=False)
    asking.ask()
    asking.load()
    asking.page.write(2, state, is_open=True)
    asking.ask()
    process.settled(2, 0)
    assert asking.rules() == ("tokens-per-request",)


def test_two_tenants_that_ask_the_same_are_judged_each_by_its_own(world: World) -> None:
    """What one may have, the other does not get by asking after it."""
    world.issue(tenants=(Tenant(tenant="acme", customer="", tiers=("standard",)),))
    for asking in asking_in(world):
        assert asking.rules() == ()
        assert asking.rules(OTHER_KEY) == ("permit-tenant",)
        assert asking.rules("nobody's key") == ()  # refused for the key, before anything is looked up
        assert asking.ask("nobody's key")[0].grant is None


def test_words_that_are_judged_part_requests_and_their_order_does_not(asking: Asking) -> None:
    """Other tools, tokens, streams and models are found anew; tools in another order are the same tools."""
    first = asking.ask(tools=[WEATHER, CLOCK])[0]

    assert asking.ask(tools=[CLOCK, WEATHER])[0].scope is first.scope
    for more in (
        {"tools": [CLOCK]},
        {"tools": [WEATHER, CLOCK], "max_tokens": 7},
        {"model": "helper-2"},
        {"stream": True},
    ):
        assert asking.ask(**more)[0].scope is not first.scope
    assert asking.rules(tools=[{"type": "function", "function": {"name": "get_mail"}}]) == ("permit-tool",)
    assert asking.rules(max_tokens=100_000) == ()
    refusal = asking.ask(max_tokens=100_001)[1]
    assert refusal is not None
    assert refusal.why is Why.NOT_ALLOWED


def test_no_client_makes_more_be_held_than_there_is_room_for(asking: Asking) -> None:
    """A request that says another number each time."""
    for tokens in range(1, MOST_KNOWN + 50):
        assert asking.rules(max_tokens=tokens) == ()
        assert len(asking.admission.known) <= MOST_KNOWN


# --- the instants between which nothing begins or ends ----------------------------------------------------------------

_INSTANTS = st.integers(0, 30)


def _grant(permit: int, first_ns: int, end_ns: int) -> Grant:
    tiers = {"acme": frozenset({"standard"})}
    return Grant(
        str(permit),
        "m",
        "d",
        "a",
        first_ns,
        end_ns,
        tiers,
        frozenset({CHAT}),
        {},
        (),
        (),
        ContentPolicy.NEVER,
        ("m", "d"),
    )


@given(st.lists(st.tuples(_INSTANTS, _INSTANTS), min_size=1, max_size=5), _INSTANTS)
def test_between_two_edges_the_same_grant_is_found(edges: list[tuple[int, int]], now_ns: int) -> None:
    """Whatever permits there are, at every instant of the span that is told, and only where one is found."""
    grants = {"helper": tuple(_grant(number, *edge) for number, edge in enumerate(edges))}
    asked = Asked(CHAT, "helper", False, 0, (), ())

    def found(at_ns: int) -> Grant | Refusal:
        return find_grant(grants, asked, "acme", "standard", now_ns=at_ns)

    if isinstance(found(now_ns), Grant):
        from_ns, until_ns = unchanged_of(grants, "helper", now_ns)
        assert from_ns <= now_ns < until_ns
        assert all(found(at_ns) is found(now_ns) for at_ns in range(from_ns, until_ns))


def test_a_kill_by_one_name_hits_the_model_under_every_other(world: World) -> None:
    """Whichever permit gives it the name, also where a permit calls the same weights otherwise; and no other model."""
    world.issue(models=(ServedModel(model="helper-1", digest="9" * 64, served_as=("helper",)),))
    world.issue(id="second", models=(
        ServedModel(model="helper-1", digest="8" * 64, served_as=("helper-new",)),
        ServedModel(model="assistant", digest="9" * 64, served_as=("helper-2",)),
        ServedModel(model="another", digest="7" * 64, served_as=("other",)),
    ))  # fmt: skip
    world.write_permit("general", *world.permits["general"])
    world.settings["permits"].append("permit-second.json")
    served = ("helper", "helper-new", "helper-2", "other")
    for asking in asking_in(world):
        assert [asking.rules(model=model) for model in served] == [()] * 4
        hit = {}
        for number, name in enumerate((*served, "helper-1", "9" * 64), start=2):
            one = Kill(id="kill-1", kind=Target.MODEL, name=name, reason="0" * 64, by=key_id(KIM), at=AT)
            asking.kill(number, one)
            hit[name] = [model for model in served if asking.rules(model=model)]
        assert hit == {
            "helper": ["helper", "helper-new", "helper-2"],
            "helper-new": ["helper", "helper-new"],
            "helper-2": ["helper", "helper-2"],
            "other": ["other"],
            "helper-1": ["helper", "helper-new", "helper-2"],
            "9" * 64: ["helper", "helper-2"],
        }


def test_a_kill_by_a_name_outlives_the_permit_that_gave_it(world: World) -> None:
    """Two persons give a model back, and no permit that ends: the same weights are served under another name by another permit."""
    named = ServedModel(model="helper-1", digest="9" * 64, served_as=("helper-new",))
    world.issue(id="second", models=(named,), last_day=date(2026, 5, 1))
    world.write_permit("general", *world.permits["general"])
    world.settings["permits"].append("permit-second.json")
    for asking in asking_in(world):
        assert asking.rules(model="helper-new") == ("permit-model",)
        one = Kill(id="kill-1", kind=Target.MODEL, name="helper-new", reason="0" * 64, by=key_id(KIM), at=AT)
        asking.kill(2, one)
        assert asking.rules(model="helper") == ("kill-1",)


def test_a_kill_by_a_name_that_was_given_later_ends_what_is_under_way(world: World) -> None:
    """A permit that came after the answer began calls its weights otherwise too: that name hits it like every new request."""
    world.issue()
    for asking in asking_in(world):
        it, _ = asking.ask()
        one = Kill(id="kill-1", kind=Target.MODEL, name="helper-new", reason="0" * 64, by=key_id(KIM), at=AT)
        asking.kill(2, one)
        assert why_not(it, asking.admission) is None
        named = ServedModel(model="helper-1", digest="9" * 64, served_as=("helper-new",))
        world.issue(id="second", models=(named,))
        world.write_permit("general", *world.permits["general"])
        world.settings["permits"].append("permit-second.json")
        asking.parts.place = read_settings(world.write())
        asking.load()
        assert asking.rules() == ("kill-1",)
        refusal = why_not(it, asking.admission)
        assert refusal is not None
        assert refusal.rules == ("kill-1",)


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_kill_by_what_only_later_settings_say_ends_what_is_under_way(world: World, is_broken: bool) -> None:
    """A worker that drains after a reload keeps its own settings, and its answers are hit by what the new ones call their model.

    Also once the file is edited again: what it said in between is what those who serve beside it go by.
    """
    world.issue()
    for asking in asking_in(world):
        it, _ = asking.ask()
        by_name = Kill(id="kill-1", kind=Target.MODEL, name="helper-new", reason="0" * 64, by=key_id(KIM), at=AT)
        by_capability = replace(by_name, id="kill-2", kind=Target.CAPABILITY, name="chemistry")
        named = ServedModel(model="helper-1", digest="9" * 64, served_as=("helper-new",))
        world.issue(id="second", models=(named,))
        world.write_permit("general", *world.permits["general"])
        world.settings["permits"].append("permit-second.json")
        world.settings["models"]["helper"]["capabilities"] = ["chemistry"]
        path = world.write()
        asking.load()
        if is_broken:
            path.write_text("gateway: [")
            asking.load()
        assert asking.rules(model="helper-new") == ("permit-model",)
        for kill in (by_name, by_capability):
            asking.kill(2 if kill is by_name else 3, kill)
            refusal = why_not(it, asking.admission)
            assert refusal is not None
            assert refusal.rules == (kill.id,)
            assert asking.rules() == (kill.id,)


def test_later_settings_are_those_that_a_link_leads_to_by_then(world: World, tmp_path: Path) -> None:
    """A new release stands in a folder of its own, and the settings' name is a link: that is what a reload reads, too."""
    world.issue()
    world.write()
    later = replace(world, folder=tmp_path / "later", settings={**world.settings})
    shutil.copytree(world.folder, later.folder)
    named = ServedModel(model="helper-1", digest="9" * 64, served_as=("helper-new",))
    later.issue(id="second", models=(named,))
    (later.folder / "permit-second.json").replace(later.folder / "permit-general.json")
    later.write()
    link = tmp_path / "link.yaml"
    for asking in asking_in(world):
        link.symlink_to(world.folder / "gateway.yaml")
        asking.parts.place = read_settings(link)
        asking.load()
        it, _ = asking.ask()
        before = asking.parts.place.stamps()
        link.unlink()
        link.symlink_to(later.folder / "gateway.yaml")
        assert asking.parts.place.stamps() != before
        asking.load()
        asking.kill(2, Kill(id="kill-1", kind=Target.MODEL, name="helper-new", reason="0" * 64, by=key_id(KIM), at=AT))
        refusal = why_not(it, asking.admission)
        assert refusal is not None
        assert refusal.rules == ("kill-1",)


def test_a_worker_looks_again_where_its_settings_have_changed(world: World) -> None:
    world.issue()
    for asking in asking_in(world):
        before = asking.parts.place.stamps()
        assert asking.parts.place.stamps() == before
        world.settings["drain-seconds"] = 61
        world.write()
        assert asking.parts.place.stamps() != before


def test_models_of_one_permit_are_told_apart(world: World) -> None:
    """Two models in one permit: each request has its own."""
    models = (
        ServedModel(model="helper-1", digest="9" * 64, served_as=("helper",)),
        ServedModel(model="helper-2", digest="8" * 64, served_as=("helper-2",)),
    )
    world.issue(models=models)
    for asking in asking_in(world):
        found = [asking.ask(model=model)[0].grant for model in ("helper", "helper-2", "helper")]
        assert [grant.digest[0] for grant in found if grant] == ["9", "8", "9"]


def test_a_worker_that_does_not_begin_makes_no_other_unready(asking: Asking) -> None:
    """At a reload by which nothing would be served, the old workers serve on: what has not begun says nothing of the host."""

    async def told() -> list[Serves]:
        process = Process(asking.parts)
        asking.admission.close("a wrong name in the settings")
        asking.parts.serving.answers.start()
        found = [Serves(slot.serves) for slot in asking.page.slots()]
        process.begin()
        found += [Serves(slot.serves) for slot in asking.page.slots()]
        await process.stop()
        return found

    assert asyncio.run(told()) == [Serves.UNSAID, Serves.NOTHING]


class FullDisk:
    """Where stderr is a file for which there is no room."""

    def write(self, _: str) -> int:
        raise OSError(28, "no space left on device")

    def flush(self) -> None:
        raise OSError(28, "no space left on device")


def test_a_watch_that_a_bug_ended_closes_the_worker_although_nothing_can_be_said(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state folder that cannot be read, and a log on a full disk: what is withdrawn meanwhile would be served for ever."""
    monkeypatch.setattr(processes, "LOOK_S", 0.01)
    monkeypatch.setattr(sys, "stderr", FullDisk())
    asking.load()
    untrusted = asking.parts.place.state / "untrusted"

    async def told() -> None:
        process = Process(asking.parts)
        asking.parts.serving.answers.start()
        process.begin()
        untrusted.write_bytes(b"no folder")
        await until(lambda: asking.admission.standing is None, 10)
        untrusted.unlink()
        await until(lambda: asking.admission.standing is not None, 10)
        await process.stop()

    asyncio.run(told())


class ReadOnly:
    """A writer whose disk takes no new segment: each try has a name of its own, and its reason says that name."""

    state = WriterState.FAILED

    def __init__(self) -> None:
        self.looks = 0

    @property
    def fault(self) -> str:
        self.looks += 1
        return f"OSError: [Errno 30] Read-only file system: 'audit/test-1.{self.looks}.audit.tmp'" * (self.looks < 5)


def test_that_the_audit_record_cannot_be_written_is_said_once(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for every try would fill what is left of the disk."""
    monkeypatch.setattr(processes, "LOOK_S", 0.01)
    writer, kept = ReadOnly(), asking.parts.serving.audit
    asking.parts.serving.audit = writer  # type: ignore[assignment]  # all of a writer that is looked at

    async def told() -> None:
        process = Process(asking.parts)
        asking.parts.serving.answers.start()
        process.begin()
        await until(lambda: writer.looks > 6, 10)
        asking.parts.serving.audit = kept
        await process.stop()

    asyncio.run(told())
    said = [line for line in capsys.readouterr().err.splitlines() if "its audit record" in line]
    assert [line.split(": ")[1] for line in said] == [
        "test-1 cannot write its audit record, and refuses",
        "test-1 writes its audit record again",
    ]
