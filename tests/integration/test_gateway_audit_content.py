# SPDX-License-Identifier: Apache-2.0
"""What was said stands in the record only where the permit lets it, sealed, durable before the first byte, erasable (G-8)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import Stream, ask, chat, kinds, live, of, until, why
from tests.gateway_world import Running, World, make_world, serve
from tests.integration.command_line import Lab, run, seeds

from ruleout.adapters.audit.content_keys import key_id_of
from ruleout.app.audit.content import content_of
from ruleout.app.audit.query import Question
from ruleout.app.audit.query import ask as ask_record
from ruleout.model.permit import ContentPolicy
from ruleout.serving.audit.said import MOST_SAID_BYTES

#: Words that the client says, and that the model says back by saying them.
ASKED, SECRET = "marker-of-the-question", "marker-of-the-answer"
QUESTION = f"{ASKED}\nsay:{SECRET}"
KEYS = "content-keys"
ENV = seeds("lab-log", "recorder", "gateway-1")


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


def kept_world(folder: Path, fake: Fake, content: ContentPolicy, **more: Any) -> World:
    world = make_world(folder, fake.url, content=content, **more)
    world.settings["content-keys"] = KEYS
    return world


@pytest.fixture(scope="module")
def running(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(kept_world(tmp_path_factory.mktemp("always"), fake, ContentPolicy.ALWAYS)) as one:
        yield one


@pytest.fixture(scope="module")
def on_refusal(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(kept_world(tmp_path_factory.mktemp("refusal"), fake, ContentPolicy.ON_REFUSAL)) as one:
        yield one


def ended(running: Running, one: Stream) -> Stream:
    until(lambda: kinds(running.world, one.request)[-1:] in (["Ended"], ["Refused"]))
    return one


def content(running: Running, one: Stream) -> dict[str, str]:
    """What is shown of a request to who has the keys."""
    folder = running.world.folder
    (found,) = ask_record(folder / "audit", Question(request=one.request), most=1).requests
    return dict(content_of(found, folder / KEYS))


def on_disk(world: World, *words: str) -> list[Path]:
    """Files of the gateway that hold any of these words, in clear."""
    wanted = [word.encode() for word in words]
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".audit" for path in files)
    return [path for path in files if any(word in path.read_bytes() for word in wanted)]


def test_question_and_answer_are_kept_sealed(running: Running) -> None:
    body = json.dumps(chat(QUESTION)).encode()
    one = ended(running, ask(running, body))

    assert content(running, one) == {"asked": body.decode(), "answered": one.body.decode()}
    assert SECRET in one.body.decode()
    assert on_disk(running.world, ASKED, SECRET) == []


def test_of_a_stream_what_left_is_kept(running: Running) -> None:
    one = ended(running, ask(running, chat(QUESTION, stream=True)))

    assert content(running, one)["answered"] == one.body.decode()
    assert on_disk(running.world, ASKED, SECRET) == []


def test_arguments_of_tools_are_kept_also_of_a_call_that_is_denied(running: Running) -> None:
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
    allowed = ended(running, ask(running, chat('tool:get_weather {"city": "Atlantis"}', tools=tools)))
    denied = ended(running, ask(running, chat('tool:rm_rf {"path": "Lemuria"}', tools=tools)))

    assert json.loads(content(running, allowed)["call-1"]) == {"city": "Atlantis"}
    assert json.loads(content(running, denied)["call-1"]) == {"path": "Lemuria"}
    assert [call.verdict for call in of(running.world, denied.request)[1].calls] == ["deny"]
    assert on_disk(running.world, "Atlantis", "Lemuria") == []


def test_content_is_durable_before_the_first_byte(running: Running) -> None:
    """While the answer streams, the question can be read from the disk already."""
    with live(running, chat(f"{ASKED}\nlong:200\nslow:0.05", stream=True)) as (one,):
        assert kinds(running.world, one.request) == ["Opened"]
        assert ASKED in content(running, one)["asked"]


def test_beyond_the_bound_the_rest_is_told_by_its_digest(running: Running) -> None:
    body = json.dumps(chat("say:hi\n" + "x" * (MOST_SAID_BYTES + 10))).encode()
    one = ended(running, ask(running, body))
    opened = of(running.world, one.request)[0]
    said = content(running, one)["asked"]

    assert one.status == 200
    assert said.startswith(body[:MOST_SAID_BYTES].decode() + " [cut: ")
    assert f"{MOST_SAID_BYTES} of {len(body)} bytes" in said
    assert opened.body in said


def test_a_refusal_is_kept_too(running: Running, on_refusal: Running) -> None:
    for each in (running, on_refusal):
        one = ended(each, ask(each, chat(QUESTION, tools=[{"type": "web_search"}])))
        if one.status == 200:
            pytest.fail("expected a refusal")
    body = {**chat(f"{ASKED}\nsay:{SECRET}"), "max_tokens": 200_000}
    for each in (running, on_refusal):
        one = ended(each, ask(each, body))
        assert why(one) == "not-allowed", one.data
        assert content(each, one) == {"asked": json.dumps(body)}


def test_on_refusal_keeps_nothing_of_what_was_served(on_refusal: Running) -> None:
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
    served = ended(on_refusal, ask(on_refusal, chat(QUESTION)))
    cut = ended(on_refusal, ask(on_refusal, chat(f'{ASKED}\ntool:rm_rf {{"path": "Mu"}}', stream=True, tools=tools)))

    assert [one.content for one in of(on_refusal.world, served.request)] == [None, None]
    said = content(on_refusal, cut)
    assert ASKED in said["asked"]
    assert json.loads(said["call-1"]) == {"path": "Mu"}
    assert on_disk(on_refusal.world, ASKED, SECRET) == []


@pytest.mark.parametrize(
    ("policy", "has_keys"), [(ContentPolicy.NEVER, True), (ContentPolicy.ALWAYS, False)], ids=["never", "no keys"]
)
def test_nothing_is_kept_where_nothing_may_be(
    fake: Fake, tmp_path: Path, policy: ContentPolicy, has_keys: bool
) -> None:
    """Neither in clear nor sealed, of what is served, cut and refused; not even a key is made."""
    world = kept_world(tmp_path, fake, policy)
    if not has_keys:
        del world.settings["content-keys"]
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}]
    bodies = [
        chat(QUESTION),
        chat(QUESTION, stream=True),
        chat(f'{ASKED}\ntool:rm_rf {{"path": "Mu"}}', tools=tools),
        {**chat(QUESTION), "max_tokens": 200_000},
    ]
    with serve(world) as one:
        every = [ended(one, ask(one, body)) for body in bodies]
        kept = [record for each in every for record in of(world, each.request)]
    assert len(kept) == 7
    assert [record.content for record in kept] == [None] * 7
    assert on_disk(world, ASKED, SECRET, '"Mu"', '"sealed"') == []
    assert not (world.folder / KEYS).exists()


@pytest.mark.parametrize("stream", [False, True])
def test_without_a_key_nothing_is_served(fake: Fake, tmp_path: Path, stream: bool) -> None:
    """Upstream is not asked; the refusal is on record and says that content is missing; with the disk back, it serves."""
    world = kept_world(tmp_path, fake, ContentPolicy.ALWAYS)
    (world.folder / KEYS).write_text("a file where the folder should be", "utf-8")
    with serve(world) as one:
        before = len(fake.seen())
        refused = ended(one, ask(one, chat(QUESTION, stream=stream)))
        assert (refused.status, why(refused)) == (503, "audit"), refused.data
        assert len(fake.seen()) == before
        (record,) = of(world, refused.request)
        assert (record.why, record.failed, record.content) == ("audit", ("content",), None)
        (world.folder / KEYS).unlink()
        assert ask(one, chat(QUESTION, stream=stream)).status == 200
    assert on_disk(world, ASKED, SECRET) == []


def test_a_store_that_hangs_refuses_and_holds_up_nobody_else(fake: Fake, tmp_path: Path) -> None:
    """A key that is a pipe without a writer: opening it blocks for ever."""
    world = kept_world(tmp_path, fake, ContentPolicy.ALWAYS)
    (world.folder / KEYS).mkdir()
    day = datetime.now(UTC).date().isoformat()
    pipe = world.folder / KEYS / f"{key_id_of('acme', day)}.key"
    os.mkfifo(pipe)
    with serve(world) as one:
        slow = Stream(one, chat(QUESTION))
        health = Stream(one, raw=b"GET /health HTTP/1.1\r\nhost: gateway\r\n\r\n").wait()
        slow.wait()
        assert health.status == 200
        assert health.last < slow.last, "the loop was held up"
        assert (slow.status, why(slow)) == (503, "audit")
        one.process.terminate()
        assert one.process.wait(60) is not None, "what hangs holds up the end"
    assert on_disk(world, ASKED) == []


def test_erasing_the_key_leaves_the_record_as_it_was(fake: Fake, tmp_path: Path, lab: Lab) -> None:
    """Its bytes, its seals and what `audit verify` finds; only the content is gone, of that tenant."""
    world = kept_world(tmp_path / "world", fake, ContentPolicy.ALWAYS)
    with serve(world) as one:
        kept = ended(one, ask(one, chat(QUESTION)))
        assert ASKED in content(one, kept)["asked"]
    audit, keys = world.folder / "audit", world.folder / KEYS
    (key,) = keys.iterdir()
    query = ("audit", "query", "--audit", str(audit), "--request", kept.request, "--content-keys", str(keys))
    assert ASKED in lab.run(*query).text
    made = lab.run("key", "new", "gateway-1", "--role", "gateway", "--person", "gateway", env=ENV)
    assert made.code == 0, made.err
    sealed = lab.run("audit", "seal", "--key", "gateway-1", "--audit", str(audit), env=ENV)
    assert sealed.code == 0, sealed.err
    before = {path.name: path.read_bytes() for path in audit.iterdir()}
    erased = run("audit", "erase", "--tenant", "acme", "--day", key.name[:10], "--content-keys", str(keys))

    assert erased.code == 0, erased.text
    assert list(keys.iterdir()) == []
    assert {path.name: path.read_bytes() for path in audit.iterdir()} == before
    verified = lab.run("audit", "verify", "--audit", str(audit), "--json")
    assert (verified.code, verified.json["findings"]) == (0, []), verified.text
    said = lab.run(*query, "--json").json["requests"][0]["content"]
    assert set(said) == {"asked", "answered"}
    assert all("erased" in text for text in said.values())
