# SPDX-License-Identifier: Apache-2.0
"""A gateway as it is run: sealed each second, over TLS, with people who answer, limits that hold through reloads, counters."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import ssl
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.certificates import certificate
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import Stream, ask, chat, live, until, why, workers
from tests.gateway_world import KEY, OPERATOR, POLICY, Running, World, make_world, serve, sha256, trials
from tests.integration.command_line import Lab, run, seeds
from tests.kill_builders import KIM, WATCH
from tests.ledger_builders import CEO
from tests.policy_builders import signed_tenant, tenant
from tests.watching_builders import WATCHES

from ruleout.adapters.approvals import ApprovalFolder
from ruleout.adapters.limits import Page
from ruleout.app.kill.taking import kill, tighten
from ruleout.app.ledger import read_record
from ruleout.app.serving.seen import read_seen
from ruleout.app.workspace import open_workspace
from ruleout.gateway.processes.entry import BOOT_ID
from ruleout.ledger import EntryType
from ruleout.model.permit import Limit, LimitKind, Tool
from ruleout.serving.approvals import Said, answer_bytes
from ruleout.serving.epoch import Target, TightLimit
from ruleout.serving.limits import Line

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
CALL = 'tool:get_weather {"city":"Paris"}'


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as one:
        yield one


def metric(running: Running, name: str) -> float:
    lines = [line for line in running.get("/metrics", OPERATOR)[1].splitlines() if line.startswith(name)]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


# --- sealing ----------------------------------------------------------------------------------------------------------


def test_the_record_is_sealed_into_the_ledger_while_serving(tmp_path: Path, fake: Fake) -> None:
    """Each second, by a process of the gateway's own, and once more when it ends; what is sealed verifies."""
    lab = Lab(tmp_path)
    keys = seeds("lab-log", "gateway-1")
    begun = run("init", lab.record, "--origin", "lab.example/lab", "--producer", "lab", env=keys)
    assert begun.code == 0, begun.err
    made = lab.run("key", "new", "gateway-1", "--role", "gateway", "--person", "edge", env=keys)
    assert made.code == 0, made.err
    world = make_world(tmp_path / "world", fake.url)
    world.settings["seal"] = {"workspace": str(lab.record), "key": "gateway-1"}
    with serve(world, environment=keys) as running:
        for _ in range(3):
            assert ask(running).status == 200
        until(lambda: _batches(lab), 90)
        until(lambda: lab.run("audit", "verify", "--audit", world.folder / "audit").code == 0, 90)
        assert ask(running).status == 200
    ended = lab.run("audit", "verify", "--audit", world.folder / "audit")
    assert ended.code == 0, ended.text


def _batches(lab: Lab) -> int:
    return len(read_record(open_workspace(lab.record)).of_type(EntryType.AUDIT_BATCH))


# --- TLS --------------------------------------------------------------------------------------------------------------


def test_over_tls_answers_are_whole_and_older_versions_refused(tmp_path: Path, fake: Fake) -> None:
    world = make_world(tmp_path, fake.url)
    certificate(tmp_path)
    world.settings["listen"]["tls"] = {"certificate": "chain.pem", "key": "key.pem"}
    port = world.settings["listen"]["port"]
    trust = ssl.create_default_context(cafile=str(tmp_path / "chain.pem"))

    def asked(path: str, body: bytes | None = None, context: ssl.SSLContext = trust) -> bytes:
        request = urllib.request.Request(f"https://localhost:{port}{path}", body, {"authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, context=context, timeout=60) as answer:
            return answer.read()

    with serve(world, wait=False):
        until(lambda: _ready(asked), 90)
        told = json.loads(asked("/v1/chat/completions", json.dumps(chat("say:over tls")).encode()))
        streamed = asked("/v1/chat/completions", json.dumps(chat("say:over tls", stream=True)).encode())
        old = ssl.create_default_context(cafile=str(tmp_path / "chain.pem"))
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(OSError):
            asked("/health", context=old)

    assert told["choices"][0]["message"]["content"] == "over tls"
    assert streamed.endswith(b"data: [DONE]\n\n")


def _ready(asked) -> bool:
    try:
        return asked("/ready") == b"ready\n"
    except OSError:
        return False


# --- people -----------------------------------------------------------------------------------------------------------


def asking_people(folder: Path, fake: Fake, seconds: int) -> World:
    tools = (Tool(tool="get_weather", human_approval=True, limits=()),)
    world = make_world(folder, fake.url, tools=tools)
    world.settings["approvals"] = {"folder": "approvals", "roles": ["ceo"], "seconds": seconds}
    return world


@pytest.fixture(scope="module")
def with_people(tmp_path_factory: pytest.TempPathFactory, fake: Fake) -> Iterator[Running]:
    with serve(asking_people(tmp_path_factory.mktemp("people"), fake, 300)) as running:
        yield running


def waiting(running: Running) -> ApprovalFolder:
    return ApprovalFolder(running.world.folder / "approvals")


def answered(running: Running, said: Said) -> None:
    queue = waiting(running)
    until(queue.asked)
    asking = queue.asked()[0]
    queue.answer(asking.id, CEO.key.key_id, answer_bytes(asking, said, CEO))


def test_a_call_leaves_once_a_person_has_approved_it(with_people: Running) -> None:
    with live(with_people, chat(f"slow:0.02\nsay:Looking up.\n{CALL}", stream=True, tools=[TOOL])) as (one,):
        until(waiting(with_people).asked)
        assert b"get_weather" not in one.data
        answered(with_people, Said.APPROVE)
        one.wait()

    assert b"get_weather" in one.data
    assert one.body.endswith(b"data: [DONE]\n\n")


def test_words_before_a_call_do_not_wait_for_the_person(with_people: Running) -> None:
    """Nor where the upstream sends all of it at once."""
    with live(with_people, chat(f"together\nsay:Looking up.\n{CALL}", stream=True, tools=[TOOL])) as (one,):
        until(waiting(with_people).asked)
        until(lambda: b" up." in one.data)
        assert waiting(with_people).asked(), "while the person is asked"
        assert b"get_weather" not in one.data
        answered(with_people, Said.APPROVE)
        one.wait()

    assert b"get_weather" in one.data
    assert one.body.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("said", [Said.DENY, None])
def test_a_call_that_is_denied_or_not_answered_never_leaves(
    with_people: Running, fake: Fake, tmp_path: Path, said: Said | None
) -> None:
    with contextlib.ExitStack() as stack:
        running = with_people if said else stack.enter_context(serve(asking_people(tmp_path, fake, 1)))
        body = chat(f"slow:0.02\nsay:Looking up.\n{CALL}", stream=True, tools=[TOOL])
        (one,) = stack.enter_context(live(running, body))
        if said is not None:
            answered(running, said)
        one.wait()

    assert b"Paris" not in one.data
    assert (why(one), b"content_filter" in one.body) == ("approval", True)


# --- limits through reloads -------------------------------------------------------------------------------------------


def limited(folder: Path, fake: Fake, kind: LimitKind, at_most: int):
    return make_world(folder, fake.url, limits=(Limit(kind=kind, at_most=at_most),))


def test_a_reload_takes_nothing_from_a_day_and_gives_nothing_to_it(tmp_path: Path, fake: Fake) -> None:
    """Forty requests a day are forty, however often the files are read again."""
    day = datetime.now(UTC).date()
    with serve(limited(tmp_path, fake, LimitKind.REQUESTS_PER_DAY, 40)) as running:
        passed = 0
        for _ in range(4):
            passed += sum(ask(running).status == 200 for _ in range(8))
            reload(running)
        passed += sum(ask(running).status == 200 for _ in range(12))

    if datetime.now(UTC).date() != day:
        pytest.skip("SKIPPED: the day of UTC ended within this test, and with it the limit's day")
    assert passed == 40


def test_workers_that_end_as_they_are_told_take_nothing_of_a_day_along(tmp_path: Path, fake: Fake) -> None:
    """What they had drawn and not used is there for those that follow."""
    world = limited(tmp_path, fake, LimitKind.REQUESTS_PER_DAY, 640)
    with serve(world) as running:
        passed = sum(ask(running).status == 200 for _ in range(40))
    page = Page(world.folder / "state" / "limits", boot_id=BOOT_ID.read_text("ascii").strip(), now_ns=0)
    (row,) = page.rows_for([Line("acme", "helper-1").key(LimitKind.REQUESTS_PER_DAY)]).values()

    # Of an earlier day nothing is refilled: it is charged to the newest.
    assert page.draw(row, 0, 1000, 640, span=1).granted == 640 - passed


def test_streams_that_outlive_a_change_of_limits_give_their_places_back(tmp_path: Path, fake: Fake) -> None:
    world = limited(tmp_path, fake, LimitKind.CONCURRENT_STREAMS, 2)
    slow = chat("slow:0.05\nlong:160", stream=True)
    with serve(world) as running:
        with live(running, slow, slow) as streams:
            refused = ask(running, slow)
            assert (refused.status, why(refused)) == (429, "limit")
            tightened = TightLimit(kind=LimitKind.REQUESTS_PER_DAY, tenant="", at_most=1000)
            tighten(world.site(), WATCH, limit=tightened, at=datetime.now(UTC))
            reload(running)
            for one in streams:
                one.wait()
        with live(running, slow, slow):
            assert ask(running, slow).status == 429


def test_a_limit_that_is_tightened_counts_within_a_moment(tmp_path: Path, fake: Fake) -> None:
    with serve(make_world(tmp_path, fake.url)) as running:
        assert ask(running).status == 200
        tightened = TightLimit(kind=LimitKind.REQUESTS_PER_MINUTE, tenant="acme", at_most=0)
        tighten(running.world.site(), WATCH, limit=tightened, at=datetime.now(UTC))
        until(lambda: ask(running).status == 429)
        refused = ask(running)

    told = json.loads(refused.body)["error"]["ruleout"]
    assert (told["why"], told["rules"], told["permit"]) == ("limit", ["requests-per-minute"], "general")


def reload(running: Running) -> None:
    """Have the files read again: a damaged one closes the gateway, the sound one opens it, and the log says both."""
    path = running.world.folder / "acme.json"
    sound = path.read_bytes()
    path.write_bytes(b"{}")
    running.until_ready(ready=False)
    path.write_bytes(sound)
    running.until_ready()
    log = running.world.folder / "gateway.log"
    until(lambda: log.read_text().endswith("ruleout gateway: what is served by holds again\n"))


@pytest.mark.parametrize("change", [{"floor": "flor.json"}, {"watch": None}], ids=["a name", "what is not there"])
def test_a_reload_under_settings_by_which_nothing_is_served_leaves_the_old_workers(
    tmp_path: Path, fake: Fake, change: dict[str, object]
) -> None:
    """A wrong name of a file; a watching, for which the gateway has to be started: said, and nobody is refused."""
    world = make_world(tmp_path, fake.url)
    log, sound = world.folder / "gateway.log", dict(world.settings)
    with serve(world) as running:
        before = workers(world)
        if "watch" in change:
            (world.folder / "watches.yaml").write_text(WATCHES)
            change = {
                "watch": {"file": "watches.yaml", "key": "watcher", "workspace": "record"},
                "hooks": {"bio": {"address": "unix:/nowhere.sock"}},
            }
        world.settings |= change
        world.write()
        os.kill(running.process.pid, signal.SIGHUP)
        until(lambda: "not reloaded" in log.read_text())
        assert (workers(world), ask(running).status) == (before, 200)
        world.settings.clear()
        world.settings |= sound
        world.write()
        os.kill(running.process.pid, signal.SIGHUP)
        until(lambda: len(workers(world)) == 1 and workers(world) != before)
        assert ask(running).status == 200


def test_after_a_reload_what_is_served_by_then_is_remembered(tmp_path: Path, fake: Fake) -> None:
    """A bundle of a file that the settings did not name before: no older one counts any more. No stream ends for it."""
    world = make_world(tmp_path, fake.url)
    with serve(world) as running, live(running, chat("long:200\nslow:0.02", stream=True)) as streams:
        before = workers(world)
        bundle = tenant(policy=POLICY, trials=trials(("acme",)), name="acme", version=7, about={"tenants": ["acme"]})
        (world.folder / "acme-7.json").write_bytes(signed_tenant(bundle))
        world.settings["policies"] = ["acme-7.json", "other.json"]
        world.write()
        os.kill(running.process.pid, signal.SIGHUP)
        until(lambda: 7 in {one.version for one in read_seen(world.folder / "state").versions.values()})
        assert streams[0].wait().body.endswith(b"data: [DONE]\n\n")
        until(lambda: workers(world) and not set(before) & set(workers(world)))


def test_what_of_new_settings_waits_for_a_restart_is_said(tmp_path: Path, fake: Fake) -> None:
    """The socket is that of the start: without a word it would be thought to be the new one."""
    world = make_world(tmp_path, fake.url)
    with serve(world) as running:
        listen = world.settings["listen"]
        world.settings |= {"listen": {"address": "127.0.0.1", "port": 1}}
        world.write()
        os.kill(running.process.pid, signal.SIGHUP)
        log = world.folder / "gateway.log"
        until(lambda: '{"reloaded": true, "waits-for-restart": ["listen.port"]}' in log.read_text())
        world.settings["listen"] = listen
        assert ask(running).status == 200


# --- counters and answers ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, fake: Fake) -> Iterator[Running]:
    tools = tuple(Tool(tool=name, human_approval=False, limits=()) for name in ("get_weather", "fax"))
    with serve(make_world(tmp_path_factory.mktemp("counted"), fake.url, tools=tools)) as one:
        yield one


def test_streams_and_times_are_counted(running: Running) -> None:
    before = metric(running, "ruleout_request_seconds_count")
    with live(running, chat("slow:0.05\nlong:200", stream=True)):
        until(lambda: metric(running, "ruleout_streams_open") == 1)
    until(lambda: metric(running, "ruleout_streams_open") == 0)

    until(lambda: metric(running, "ruleout_request_seconds_count") == before + 1)


def test_a_name_that_a_model_makes_up_is_no_label(running: Running) -> None:
    ask(running, chat('tool:made"up{} {}', tools=[TOOL]))

    assert "made" not in running.get("/metrics", OPERATOR)[1]


@pytest.mark.parametrize("how", ["slow:0.03\n", ""])
def test_what_was_allowed_leaves_before_a_cut_whatever_came_together(running: Running, how: str) -> None:
    fax = {"type": "function", "function": {"name": "fax", "parameters": {"type": "object"}}}
    one = ask(running, chat(f'{how}say:Sending it.\ntool:fax {{"to":"1"}}', stream=True, tools=[fax]))

    text = "".join(re.findall(rb'"content": ?"([^"]*)"', one.body)[i].decode() for i in range(1, 3))
    assert (one.status, text) == (200, "Sending it.")
    assert b'"content_filter"' in one.body


def test_a_client_that_is_slow_gets_what_was_allowed_and_the_cuts_own_end(running: Running) -> None:
    """What a call that is denied cuts had been cleared: nobody killed it."""
    fax = {"type": "function", "function": {"name": "fax", "parameters": {"type": "object"}}}
    wish = chat('long:1000\ntool:fax {"to":"1"}', stream=True, tools=[fax])
    one = Stream(running, wish, is_read=False, receive=4096)
    time.sleep(2)
    one.read_on()

    assert b'"content_filter"' in one.wait(20).body
    assert not one.broke


def test_every_refusal_after_a_grant_names_the_permit(tmp_path: Path, fake: Fake) -> None:
    with serve(make_world(tmp_path, fake.url)) as one:
        kill(one.world.site(), KIM, kind=Target.MODEL, name="helper", reason="a test", at=datetime.now(UTC))
        until(lambda: ask(one).status == 403)
        told = json.loads(ask(one).body)["error"]["ruleout"]

    assert (told["why"], told["permit"]) == ("killed", "general")
    assert told["rules"]


# --- the verb ---------------------------------------------------------------------------------------------------------


def test_check_says_what_would_be_served_and_starts_nothing(tmp_path: Path, fake: Fake) -> None:
    world = make_world(tmp_path, fake.url)
    path = world.write()

    shown = run("gateway", "check", path)
    value = run("gateway", "check", path, "--json")
    assert (shown.code, value.code) == (0, 0), shown.err
    assert "helper" in shown.text
    assert [one["permit"] for one in value.json["served"]] == ["general"]
    assert not (tmp_path / "state").exists()

    world.log.revoke()
    world.write_permit("general", *world.permits["general"])
    assert run("gateway", "check", path).code == 3
    (tmp_path / "permit-general.json").write_bytes(b"{}")
    assert run("gateway", "check", path).code == 1


def test_check_says_of_every_file_what_is_wrong_with_it(tmp_path: Path, fake: Fake) -> None:
    """Whoever mends one would else meet the next, file by file."""
    path = make_world(tmp_path, fake.url).write()
    (tmp_path / "keyring.yaml").rename(tmp_path / "elsewhere.yaml")
    (tmp_path / "floor.json").unlink()
    (tmp_path / "tools.yaml").write_text("surplus: 1\n")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "seen.json").write_bytes(b"{")
    shown = run("gateway", "check", path)
    assert shown.code == 2
    for name in ("keyring.yaml", "floor.json", "tools.yaml", "seen.json"):
        assert str(tmp_path / name).replace("/seen", "/state/seen") in shown.err

    (tmp_path / "elsewhere.yaml").rename(tmp_path / "keyring.yaml")
    (tmp_path / "permit-general.json").write_bytes(b"{}")
    (tmp_path / "acme.json").write_bytes(b"{}")
    shown = run("gateway", "check", path)
    assert shown.code == 1
    for name in ("permit-general.json", "acme.json", "floor.json", "tools.yaml"):
        assert str(tmp_path / name) in shown.err
    assert not shown.text


def test_check_says_that_nothing_is_served_before_the_first_state(tmp_path: Path, fake: Fake) -> None:
    """A permit in force is not enough: whoever reads *served* here would look for the fault elsewhere."""
    world = make_world(tmp_path, fake.url)
    path = world.write()
    assert run("gateway", "check", path, "--json").json["state-of-kills"] is True
    for epoch in (world.site().folder / "epochs").glob("*.json"):
        epoch.unlink()
    shown = run("gateway", "check", path)
    assert shown.code == 3
    assert "two persons give the first, by `ruleout unkill propose --first`" in " ".join(shown.text.split())


def test_a_folder_of_calls_that_is_misspelt_is_not_an_empty_one(tmp_path: Path) -> None:
    """*No call waits* would be heard until the deadline has passed and the call is denied."""
    ApprovalFolder(tmp_path / "calls").make()
    refused = run("tools", "waiting", "--folder", tmp_path / "call")
    assert (refused.code, "under `approvals:`" in refused.err) == (2, True)
    assert run("tools", "waiting", "--folder", tmp_path / "calls").code == 0


def test_a_key_is_its_digest(tmp_path: Path) -> None:
    made = run("gateway", "key", "--json").json

    assert sha256(made["key"]) == made["sha256"]
    assert made["key"] != run("gateway", "key", "--json").json["key"]
