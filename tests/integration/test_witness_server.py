# SPDX-License-Identifier: Apache-2.0
"""A witness at work: durable before it speaks, one at a time, bounded, and through HTTP (L-8)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.failing_files import FORMS, StepFiles, fail
from tests.ledger_builders import CEO, LOG, ORIGIN, checkpoint_of
from tests.ports import free_port
from tests.witness_builders import ServerApart, cosigner_key_of, make_servers, post, service

from ruleout.adapters.witnessing.client import is_allowed_url
from ruleout.adapters.witnessing.client import post as ask
from ruleout.adapters.witnessing.server import make_site
from ruleout.adapters.witnessing.state_store import StateStore
from ruleout.app.witnessing.asking import Finding, Shown, ask_witness
from ruleout.errors import LedgerError
from ruleout.ledger.checkpoint import parse_checkpoint
from ruleout.ledger.merkle import consistency_proof, leaf_hash, levels_of
from ruleout.ledger.note import MAX_NOTE_BYTES, open_note
from ruleout.ledger.witness_policy import Witness
from ruleout.ledger.witnessing import MAX_BODY_BYTES, SIZE_TYPE, Answer, request_body

ENTRIES = [b"%d" % nth for nth in range(600)]
LEVELS = levels_of(leaf_hash(entry) for entry in ENTRIES)
LOGS = {ORIGIN: [LOG.key]}


def body(old: int, new: int) -> bytes:
    proof = consistency_proof(LEVELS, old, new) if old else ()
    return request_body(old, proof, checkpoint_of(ENTRIES[:new]))


# --- in this process --------------------------------------------------------------------------------------------------


def test_the_cosignature_holds_and_the_memory_outlives_the_process(tmp_path: Path) -> None:
    """What was cosigned is the latest after it is opened again."""
    witness = service(tmp_path, LOGS)
    answer = witness.add_checkpoint(body(0, 5))
    note = checkpoint_of(ENTRIES[:5])
    _, signed = open_note(note + answer.body, [cosigner_key_of("a.example/w")])
    witness.store.close()
    again = service(tmp_path, LOGS)

    assert 200 == answer.status
    assert (cosigner_key_of("a.example/w"),) == signed
    assert (409, "5\n") == ((told := again.add_checkpoint(body(0, 8))).status, told.body)
    assert 200 == again.add_checkpoint(body(5, 8)).status


def test_a_folder_has_one_witness_at_a_time(tmp_path: Path) -> None:
    """Two of them would vouch for two histories with one key."""
    store = StateStore(tmp_path)
    with pytest.raises(LedgerError, match="no other witness"):
        StateStore(tmp_path)
    store.close()
    StateStore(tmp_path).close()


@pytest.mark.parametrize("form", FORMS)
def test_whichever_step_on_the_disk_fails_no_cosignature_leaves_before_it_is_remembered(
    tmp_path: Path, form: str
) -> None:
    """At each step, done or not: no answer, nothing more from this process, and the old or the new checkpoint whole."""
    ops = StepFiles(0, "before", fail)
    counted = service(tmp_path / "count", LOGS, store=StateStore(tmp_path / "count", ops=ops))
    counted.add_checkpoint(body(0, 5))
    before = ops.count
    counted.add_checkpoint(body(5, 8))
    steps = ops.count - before

    assert steps >= 3
    for step in range(1, steps + 1):
        folder = tmp_path / f"{form}-{step}"
        first = service(folder, LOGS)
        first.add_checkpoint(body(0, 5))
        first.store.close()
        broken = service(folder, LOGS, store=StateStore(folder, ops=StepFiles(step, form, fail)))
        for _ in range(2):
            with pytest.raises(LedgerError):
                broken.add_checkpoint(body(5, 8))
        broken.store.close()
        again = service(folder, LOGS)
        seen = again.store.seen(ORIGIN).size
        assert seen in (5, 8)
        assert 200 == again.add_checkpoint(body(seen, 8)).status
        again.store.close()


def test_whoever_adds_lines_to_a_checkpoint_silences_no_witness(tmp_path: Path) -> None:
    """A note that is longer in bytes than any the witness reads again is not remembered: it would answer nobody after it."""
    witness = service(tmp_path, LOGS)
    witness.add_checkpoint(body(0, 5))
    line = f"— {chr(0x20000) * 8} {base64.b64encode(bytes(480)).decode()}\n"
    note = checkpoint_of(ENTRIES[:5]) + line * 99

    assert (len(note) < MAX_NOTE_BYTES, len(request_body(5, (), note)) < MAX_BODY_BYTES) == (True, True)
    assert 403 == witness.add_checkpoint(request_body(5, (), note)).status
    assert 200 == witness.add_checkpoint(body(5, 8)).status


def test_a_memory_that_was_changed_is_not_taken_for_another(tmp_path: Path) -> None:
    """A damaged file, or another log's, is an error: to begin again from nothing would be to forget."""
    witness = service(tmp_path, LOGS)
    witness.add_checkpoint(body(0, 5))
    file = next(tmp_path.glob("*.checkpoint"))
    for wrong in (b"", b"\xff", checkpoint_of(ENTRIES[:5], origin="example.org/other", signer=CEO).encode()):
        file.write_bytes(wrong)
        with pytest.raises(LedgerError):
            witness.add_checkpoint(body(5, 8))


def test_of_two_that_ask_at_once_one_wins_and_the_other_is_told(tmp_path: Path) -> None:
    """Many threads, each with another size from the same old one: one 200, all others 409; and never backwards."""
    witness = service(tmp_path, LOGS)
    witness.add_checkpoint(body(0, 5))
    told: list[tuple[int, int]] = []
    start = threading.Barrier(8)

    def put(new: int) -> None:
        start.wait()
        told.append((new, witness.add_checkpoint(body(5, new)).status))

    threads = [threading.Thread(target=put, args=(6 + nth,)) for nth in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [new for new, status in told if status == 200]

    assert 1 == len(won)
    assert {409} == {status for new, status in told if new not in won}
    assert won[0] == witness.store.seen(ORIGIN).size


# --- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerApart]:
    """One witness that remembers nothing yet, served by a process of its own."""
    servers = make_servers(tmp_path, [str(LOG.key)], ["w1"], ServerApart)
    servers.start("w1")
    yield servers.every["w1"]
    servers.stop()


def test_status_codes_and_types_are_those_of_the_text(server: ServerApart) -> None:
    """One after the other, as a log would meet them."""
    assert 409 == post(server.url, body(3, 5))[0]
    assert 200 == post(server.url, body(0, 5))[0]
    assert 200 == post(server.url, body(5, 5))[0]
    status, kind, size = post(server.url, body(0, 8))
    assert (409, SIZE_TYPE, "5\n") == (status, kind.split(";")[0], size)
    assert 422 == post(server.url, request_body(5, (), checkpoint_of([b"x"] * 5)))[0]
    assert 403 == post(server.url, request_body(5, (), checkpoint_of(ENTRIES[:5], signer=CEO)))[0]
    assert 404 == post(server.url, request_body(0, (), checkpoint_of([], origin="example.org/other")))[0]
    assert 400 == post(server.url, b"nonsense")[0]
    assert 400 == post(server.url, body(5, 8).replace(b"=\n", b"\n", 1))[0]
    assert 413 == post(server.url, b"x" * (MAX_BODY_BYTES + 1))[0]


def test_a_body_that_says_no_length_is_cut_off_where_no_request_can_be_longer(server: ServerApart) -> None:
    """Sent in pieces without end: the server answers or hangs up long before the client has done, and goes on."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 64 * MAX_BODY_BYTES and not select.select([client], [], [], 0)[0]:
                client.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
                sent += 0x10000

    assert sent < 64 * MAX_BODY_BYTES
    assert 400 == post(server.url, b"nonsense")[0]


def test_slow_clients_do_not_keep_others_waiting(server: ServerApart) -> None:
    """Many that send half a header or half a body and stop; another is answered meanwhile."""
    with contextlib.ExitStack() as opened:
        every = []
        for nth in range(30):
            slow = opened.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            every.append(slow)
            slow.sendall(
                b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n" + (b"Content-Length: 9\r\n\r\nold " if nth % 2 else b"")
            )

        assert 400 == post(server.url, b"nonsense")[0]
        assert select.select(every, [], [], 0)[0] == [], "nobody of them was given up before"


def test_a_body_that_takes_too_long_is_refused() -> None:
    """The wait is bounded: 408, and the witness was never asked."""
    asked: list[bytes] = []
    site = make_site(lambda data: asked.append(data) or Answer(status=200, body=""), body_timeout_s=0.05)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/add-checkpoint", "raw_path": b"/add-checkpoint"}
    scope |= {"query_string": b"", "headers": [], "http_version": "1.1", "scheme": "http"}
    asyncio.run(site(scope, receive, send))

    assert [408] == [message["status"] for message in sent if message["type"] == "http.response.start"]
    assert [] == asked


def test_of_two_that_ask_over_http_at_once_one_wins(server: ServerApart) -> None:
    """The same old size, two new ones: one 200, one 409 with the size that won."""
    assert 200 == post(server.url, body(0, 5))[0]
    told: dict[int, tuple[int, str, str]] = {}
    start = threading.Barrier(2)

    def put(new: int) -> None:
        start.wait()
        told[new] = post(server.url, body(5, new))

    threads = [threading.Thread(target=put, args=(6 + nth,)) for nth in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [won] = [new for new, answer in told.items() if answer[0] == 200]
    [(status, _, said)] = [answer for new, answer in told.items() if new != won]

    assert (409, f"{won}\n") == (status, said)


def test_the_server_is_killed_at_work_and_remembers_whatever_it_cosigned(server: ServerApart) -> None:
    """SIGKILL while it answers one request after the other: the next process knows at least the last size it cosigned."""
    assert 200 == post(server.url, body(0, 5))[0]
    signed, asked = [5], threading.Event()

    def put_on() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            for new in range(6, len(ENTRIES) + 1):
                assert 200 == post(server.url, body(new - 1, new))[0]
                signed.append(new)
                if len(signed) > 20:
                    asked.set()

    thread = threading.Thread(target=put_on)
    thread.start()
    assert asked.wait(60)
    server.kill()
    thread.join()
    server.start()
    server.wait()
    remembered = int(post(server.url, body(1, 40))[2])

    assert remembered in (signed[-1], signed[-1] + 1)
    assert remembered < len(ENTRIES)
    assert 200 == post(server.url, body(remembered, len(ENTRIES)))[0]


# --- the client -------------------------------------------------------------------------------------------------------


def test_witnesses_are_asked_over_tls_or_on_this_machine_only() -> None:
    """No other scheme, no name that only looks like this machine."""
    allowed = ["https://w.example/x", "http://127.0.0.1:80", "http://localhost:8080/a", "http://[::1]:1"]
    refused = ["http://w.example", "http://127.0.0.1.example:80", "file:///etc/passwd", "https://w.example/a b", ""]

    assert [True] * 4 + [False] * 5 == [is_allowed_url(url) for url in (*allowed, *refused)]


def serve_raw(answer: bytes) -> str:
    """The address of a server that gives one answer to everybody."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

    threading.Thread(target=run, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_answers_are_bounded_and_redirects_are_not_followed() -> None:
    """A megabyte is cut; a redirect is an answer; nonsense and nobody are no answer."""
    big = serve_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000)
    away = serve_raw(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")

    assert 64 * 1024 == len(ask(big, b"").body)
    assert 302 == ask(away, b"").status
    assert 0 == ask(serve_raw(b"nonsense\r\n\r\n"), b"").status
    assert 0 == ask(f"http://127.0.0.1:{free_port()}", b"").status
    assert 0 == ask("http://w.example", b"").status


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        (b"409 Conflict\r\nContent-Length: 2\r\n\r\n5\n", Finding.FORK),
        (b"409 Conflict\r\nContent-Length: 2\r\n\r\n9\n", Finding.AHEAD),
        (b"422 No\r\nContent-Length: 0\r\n\r\n", Finding.FORK),
        (b"409 Conflict\r\nContent-Length: 2\r\n\r\n-1", Finding.FORK),
        (b"200 OK\r\nContent-Length: 2\r\n\r\nno", Finding.SILENT),
        (b"503 Busy\r\nContent-Length: 0\r\n\r\n", Finding.SILENT),
    ],
)
def test_what_an_answer_says_of_our_log(answer: bytes, finding: Finding) -> None:
    """Another root at the same size was 409 before July 2026; what holds no cosignature is nobody's word."""
    note = checkpoint_of(ENTRIES[:5])
    head = parse_checkpoint(note.partition("\n\n")[0] + "\n")
    shown = Shown(note=note, head=head, levels=levels_of(leaf_hash(entry) for entry in ENTRIES[:5]))
    witness = Witness(name="w", key=cosigner_key_of("a.example/w"), url=serve_raw(b"HTTP/1.1 " + answer))

    assert finding is ask_witness(witness, shown, hint=5).finding
