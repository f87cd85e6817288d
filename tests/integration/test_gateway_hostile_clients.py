# SPDX-License-Identifier: Apache-2.0
"""Nothing that a client sends weakens a rule: keys, header fields, queries, methods, encodings, bodies (G-2, G-5)."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from tests.fake_upstream import Fake, start_fake
from tests.gateway_client import CHAT, MESSAGES, RESPONSES, Stream, ask, chat, kinds, of, request_bytes, until, why
from tests.gateway_world import KEY, OTHER_KEY, UPSTREAM_KEY, Running, make_world, serve

from ruleout.model.permit import Tenant

REACH = {
    "test_no_field_of_a_client_reaches_upstream_or_weakens_anything", "test_a_body_in_chunks", "test_nothing_of_a_secret_is_kept",
    "test_of_a_key_written_twice_one_value_is_judged_and_sent", "test_a_length_and_chunks_at_once", "test_paths_are_exact",
}  # fmt: skip


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with start_fake() as running:
        yield running


@pytest.fixture(scope="module")
def running(fake: Fake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`other` may call no model: the permit names `acme` alone."""
    folder = tmp_path_factory.mktemp("world")
    world = make_world(folder, fake.url, tenants=(Tenant(tenant="acme", customer="", tiers=("standard",)),))
    world.settings["most-body-bytes"] = 65536
    world.settings["body-seconds"] = 2
    world.settings["models"]["helper"]["capabilities"] = ["code-execution"]
    world.settings["models"]["helper-2"]["capabilities"] = ["malware"]
    with serve(world) as one:
        yield one


@pytest.fixture(autouse=True)
def nothing_more_reaches_upstream(running: Running, fake: Fake, request: pytest.FixtureRequest) -> Iterator[None]:
    before = len(fake.seen())
    yield
    if request.node.originalname not in REACH:
        assert len(fake.seen()) == before, "a refused request reached the upstream"
    assert ask(running).status == 200


def raw(running: Running, data: bytes) -> Stream:
    one = Stream(running, raw=data).wait()
    one.close()
    return one


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer "},
        {"authorization": KEY},
        {"authorization": f"Basic {KEY}"},
        {"authorization": f"Bearer {KEY} "  + "x"},
        {"authorization": f"Bearer  {KEY}"},
        {"authorization": f"Bearer {KEY.upper()}"},
        {"authorization": f"Bearer {KEY}", "x-api-key": OTHER_KEY},
        {"authorization": f"Bearer {OTHER_KEY}", "x-api-key": KEY},
        {"authorization": "Basic eDp5", "x-api-key": KEY},
        {"authorization": f"Bearer {UPSTREAM_KEY}"},
        {"x-api-key": "\xff\xfe"},
        {"cookie": f"authorization=Bearer {KEY}"},
        {"proxy-authorization": f"Bearer {KEY}"},
        {"x-ruleout-tenant": "acme", "x-tenant": "acme", "x-forwarded-user": "acme"},
    ],
)  # fmt: skip
def test_keys(running: Running, headers: dict[str, str]) -> None:
    refused = ask(running, key="", headers=headers)
    assert (refused.status, why(refused)) == (401, "unauthenticated"), refused.data
    assert kinds(running.world, refused.request) == ["Refused"]
    assert of(running.world, refused.request)[0].tenant == ""


@pytest.mark.parametrize(
    "names", [("authorization", "authorization"), ("x-api-key", "x-api-key"), ("Authorization", "authorization")]
)
@pytest.mark.parametrize("keys", [(KEY, OTHER_KEY), (OTHER_KEY, KEY), (KEY, ""), ("rk-no", KEY)])
def test_a_field_that_comes_twice(running: Running, names: tuple[str, str], keys: tuple[str, str]) -> None:
    body = json.dumps(chat()).encode()
    told = [f"{n}: {'Bearer ' if n.lower() == 'authorization' else ''}{k}" for n, k in zip(names, keys, strict=True)]
    head = "\r\n".join(["POST /v1/chat/completions HTTP/1.1", "host: a", f"content-length: {len(body)}", *told])
    refused = raw(running, head.encode() + b"\r\n\r\n" + body)
    assert refused.status in (400, 401), refused.data


def test_a_key_of_another_tenant_opens_only_what_is_its_own(running: Running) -> None:
    for headers in ({}, {"x-ruleout-tenant": "acme"}, {"x-tenant": "acme"}, {"openai-organization": "acme"}):
        for more in ({}, {"user": "acme"}, {"metadata": {"tenant": "acme"}}, {"tenant": "acme"}):
            refused = ask(running, chat(**more), key=OTHER_KEY, headers=headers)
            assert refused.status in (400, 403), refused.data
            assert why(refused) in ("not-permitted", "malformed")


FIELDS = {
    "x-ruleout-tenant": "other", "x-ruleout-tier": "admin", "x-ruleout-skip": "1", "x-ruleout-policy": "off",
    "x-ruleout-capabilities": "", "x-guardrails": "off", "x-forwarded-for": "127.0.0.1", "forwarded": "for=127.0.0.1",
    "x-real-ip": "127.0.0.1", "x-original-url": "/health", "x-rewrite-url": "/health", "x-http-method-override": "GET",
    "openai-organization": "x", "openai-project": "y", "anthropic-beta": "z", "anthropic-version": "1999-01-01",
    "cookie": "a=b", "te": "trailers", "x-upstream": "http://evil.example", "user-agent": "curl", "accept-encoding": "gzip",
}  # fmt: skip


def test_no_field_of_a_client_reaches_upstream_or_weakens_anything(running: Running, fake: Fake) -> None:
    assert ask(running, headers=FIELDS).status == 200
    sent = fake.seen()[-1]["headers"]
    assert isinstance(sent, dict)
    assert set(sent) == {
        "host",
        "content-type",
        "accept",
        "accept-encoding",
        "user-agent",
        "authorization",
        "content-length",
    }
    assert sent["authorization"] == f"Bearer {UPSTREAM_KEY}"
    assert sent["accept-encoding"] == "identity"
    assert KEY not in str(fake.seen())
    refused = ask(running, chat(model="helper-2"), headers=FIELDS)
    assert (refused.status, why(refused)) == (403, "forbidden")


@pytest.mark.parametrize(
    "path", ["?api-key=x", "?model=helper", "?", "/", "//", "%2f", "/../completions", "#x", ";a=b"]
)
def test_paths_are_exact(running: Running, path: str) -> None:
    body = json.dumps(chat()).encode()
    one = raw(running, request_bytes(CHAT + path, body, {"authorization": f"Bearer {KEY}"}))
    if path in ("?", "#x") and one.status == 200:
        pytest.skip("the same path")
    assert one.status in (400, 404), one.data


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "post", "PROPFIND"]
)
def test_methods(running: Running, method: str) -> None:
    body = json.dumps(chat()).encode()
    one = raw(
        running, request_bytes(CHAT, body, {"authorization": f"Bearer {KEY}", "connection": "close"}, method=method)
    )
    assert one.status in (400, 404, 405, 501), one.data


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
def test_an_encoded_body_is_not_read(running: Running, encoding: str) -> None:
    import gzip

    refused = ask(running, gzip.compress(json.dumps(chat()).encode()), headers={"content-encoding": encoding})
    assert (refused.status, why(refused)) == (400, "malformed")


def chunked(*parts: bytes, more: str = "") -> bytes:
    head = f"POST {CHAT} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {KEY}\r\n{more}transfer-encoding: chunked\r\n\r\n"
    return head.encode() + b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


def test_a_body_in_chunks(running: Running) -> None:
    data = json.dumps(chat()).encode()
    assert raw(running, chunked(*(data[at : at + 7] for at in range(0, len(data), 7)))).status == 200


def test_bodies_that_are_too_large(running: Running) -> None:
    big = json.dumps(chat("a" * 70_000)).encode()
    for one in (ask(running, big), raw(running, chunked(big[:40_000], big[40_000:]))):
        assert (one.status, why(one)) == (413, "too-large"), one.data
    data = request_bytes(CHAT, b"", {"authorization": f"Bearer {KEY}", "content-length": "999999999999999999999"})
    assert raw(running, data).status in (400, 413)


def test_a_length_and_chunks_at_once(running: Running) -> None:
    data = json.dumps(chat()).encode()
    one = raw(running, chunked(data, more="content-length: 5\r\nconnection: close\r\n"))
    assert one.status in (400, 200)
    if one.status == 200:
        pytest.skip("chunks win, as RFC 9112 allows")


def test_a_body_that_does_not_come(running: Running) -> None:
    data = request_bytes(CHAT, b"", {"authorization": f"Bearer {KEY}", "content-length": "100"})
    one = raw(running, data + b'{"model"')
    assert one.status in (400, 408), one.data


def test_a_client_that_goes_in_its_body_harms_nobody(running: Running) -> None:
    for _ in range(20):
        one = Stream(
            running, raw=request_bytes(CHAT, b"{", {"authorization": f"Bearer {KEY}", "content-length": "100"})
        )
        one.close()
    assert "Traceback" not in (running.world.folder / "gateway.log").read_text()


BODIES: dict[str, object] = {
    "nothing": b"", "no JSON": b"{", "a list": b"[]", "null": b"null", "no UTF-8": b'{"model":"\xff"}', "NUL": b"\0",
    "BOM": b"\xef\xbb\xbf" + json.dumps(chat()).encode(), "two": json.dumps(chat()).encode() * 2,
    "a key that looks alike": json.dumps(chat()).encode()[:-1] + b',"Model":"helper"}',
    "deep": b'{"model":"helper","messages":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "another model": chat(model="helper-1"), "a model with a space": chat(model="helper "), "no model": {"messages": []},
    "a model that is a list": chat(model=["helper"]),  # type: ignore[arg-type]
    "a capability of the client's": chat(model="helper-2", metadata={"capabilities": []}),
    "tags": chat(model="helper-2", metadata={"tags": "safe", "capabilities": "none"}, tags=[]),
    "a tool that the permit names not": chat(tools=[{"type": "function", "function": {"name": "shell"}}]),
    "a tool of the provider's": chat(tools=[{"type": "web_search"}]),
    "a tool by another name": chat(functions=[{"name": "shell", "parameters": {}}]),
    "guardrails off": chat(model="helper-2", guardrails=False, skip_policy=True),
    "huge number": chat(max_tokens=10**400), "negative": chat(max_tokens=-1), "true": chat(max_tokens=True),
    "NaN": json.dumps(chat()).encode()[:-1] + b',"temperature":NaN}',
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_bodies(running: Running, name: str) -> None:
    refused = ask(running, BODIES[name] if BODIES[name] != b"" else b" ")
    assert refused.status in (400, 403, 413), refused.data
    assert why(refused) in ("malformed", "not-permitted", "forbidden", "not-allowed", "tool"), refused.data
    assert [type(one).__name__ for one in of(running.world, refused.request)] == ["Refused"]


def test_a_key_written_twice_is_refused(running: Running, fake: Fake) -> None:
    """Whichever value the upstream would take: nothing is sent."""
    first, last = json.dumps(chat()).encode()[:-1], json.dumps(chat(model="helper-2")).encode()[:-1]
    asked = len(fake.seen())

    assert why(ask(running, first + b',"model":"helper-2"}')) == "malformed"
    assert why(ask(running, last + b',"model":"helper"}')) == "malformed"
    assert len(fake.seen()) == asked


def test_more_fields_never_open_what_is_forbidden(running: Running) -> None:
    """A thousand requests for what the policy forbids, each with fields, values and header fields at random: all refused."""
    draw = random.Random(7)
    names = ["metadata", "user", "tier", "tenant", "capabilities", "tags", "permit", "policy", "guardrails", "extra_body",
             "service_tier", "store", "n", "seed", "stream_options", "prompt_cache_key", "safety_identifier", "x", "__proto__"]  # fmt: skip
    values: list[Any] = [
        None,
        True,
        False,
        0,
        -1,
        "",
        "off",
        "acme",
        "admin",
        [],
        {},
        {"capabilities": []},
        ["helper"],
        1e9,
    ]
    address = running.world.settings["listen"]
    with socket.create_connection((address["address"], address["port"]), timeout=60) as one:
        for _ in range(1000):
            path = draw.choice([CHAT, RESPONSES, MESSAGES])
            text = [{"role": "user", "content": "hi"}]
            body: dict[str, Any] = {"model": "helper-2", ("input" if path == RESPONSES else "messages"): text}
            body["max_output_tokens" if path == RESPONSES else "max_tokens"] = 9
            for _ in range(draw.randrange(6)):
                body[draw.choice(names)] = draw.choice(values)
            fields = {
                draw.choice(list(FIELDS)): draw.choice(["1", "off", "acme", ""]) for _ in range(draw.randrange(4))
            }
            one.sendall(request_bytes(path, json.dumps(body).encode(), {**fields, "authorization": f"Bearer {KEY}"}))
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += one.recv(65536)
            head, _, rest = answer.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            while len(rest) < length:
                rest += one.recv(65536)
            assert int(head[9:12]) in (400, 403), (body, fields, answer)
            assert UPSTREAM_KEY.encode() not in rest


def test_nothing_of_a_secret_is_kept(running: Running, fake: Fake) -> None:
    ask(running)
    until(lambda: len(fake.seen()) > 0)
    for path in [
        running.world.folder / "gateway.log",
        *running.world.folder.glob("audit/*"),
        *running.world.folder.glob("state/**/*"),
    ]:
        if path.is_file():
            data = path.read_bytes()
            assert not any(secret.encode() in data for secret in (UPSTREAM_KEY, KEY, OTHER_KEY)), path
