# SPDX-License-Identifier: Apache-2.0
"""Fork, rollback, split view, restored backup: who sees it, and in which words; and how the honest go on (L-6, L-8).

Three witnesses, reached by HTTP on this machine; the third is down unless a test starts it.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.command_line import NOW, ROOT, Lab, Ran, run, seeds
from tests.witness_builders import Servers, make_servers, post

from ruleout.adapters.tile_store import read_log
from ruleout.adapters.witnessing import client
from ruleout.app.bundle import open_bundle
from ruleout.ledger.cosignature import Algorithm, cosigner_key
from ruleout.ledger.note import with_lines
from ruleout.ledger.verify import verify_bundle
from ruleout.ledger.witness_policy import parse_policy
from ruleout.ledger.witnessing import request_body


def vkeys_of(lab: Lab) -> list[str]:
    return [str(key) for key in read_log(lab.record / "ledger").keys]


@pytest.fixture(scope="module")
def ready(built: Lab, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lab, Servers]:
    """A lab with three witnesses that know its log; none has seen it, none is started, nothing is recorded of them."""
    folder = tmp_path_factory.mktemp("witnesses")
    lab = built.copy_to(folder / "lab")
    servers = make_servers(folder / "w", vkeys_of(lab))
    (lab.record / "witnesses.yaml").write_text(servers.file())
    return lab, servers


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine is not a witness that is down: nobody listens where one is, and that is told at once."""
    monkeypatch.setattr(client, "STEP_TIMEOUT_S", 60.0)
    monkeypatch.setattr(client, "WHOLE_TIMEOUT_S", 120.0)


@pytest.fixture
def scene(ready: tuple[Lab, Servers], tmp_path: Path) -> Iterator[tuple[Lab, Servers]]:
    """The same for one test: w1 and w2 answer, w3 is down, and the policy is on record."""
    lab, servers = ready[0].copy_to(tmp_path / "lab"), ready[1]
    for server in servers.every.values():
        shutil.rmtree(server.folder / "state", ignore_errors=True)
    servers.start("w1", "w2")
    made = lab.run("witness", "policy", "--key", "recorder")
    assert made.code == 0, made.err
    yield lab, servers
    servers.stop()


def write_something(lab: Lab, number: int, **given: Any) -> Ran:
    """One more entry."""
    act = ("key", "new", f"more-{number}", "--role", "aide", "--person", f"p{number}")
    return lab.run(*act, env=lab_env(lab, number), **given)


def lab_env(lab: Lab, number: int) -> dict[str, str]:
    return {**lab.env, **seeds(f"more-{number}")}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def said_by_tool(file: Path, policy: Path | None = None) -> Any:
    spec = importlib.util.spec_from_file_location("ruleout_verify", ROOT / "tools" / "ruleout_verify.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    own = None if policy is None else tool.parse_policy(policy.read_text())
    return tool.verify(tool.parse_bundle(file.read_bytes()), policy=own)


def step(report: Any, name: str = "witnesses") -> tuple[str, str]:
    return next((check["status"], check["detail"]) for check in report["checks"] if check["name"] == name)


def policy_file(lab: Lab, folder: Path) -> Path:
    shown = lab.run("witness", "show", "--policy")
    assert shown.code == 0, shown.err
    file = folder / "policy.txt"
    file.write_text(shown.text)
    return file


# --- the ordinary course ----------------------------------------------------------------------------------------------


def test_two_of_three_witness_every_checkpoint_and_both_verifiers_say_so(scene, tmp_path: Path) -> None:
    """With the verifier's own policy: passed, by whom and when; everywhere a checkpoint is shown."""
    lab, _ = scene
    assert write_something(lab, 1).code == 0
    policy, file = policy_file(lab, tmp_path), tmp_path / "b.json"
    exported = lab.run("export", file)
    verified = run("verify", file, "--policy", policy, "--json").json

    assert "witnessed: 2 of 2 needed: w1 at" in lab.run("log").text.splitlines()[0]
    assert "witnessed: 2 of 2 needed" in exported.err
    assert lab.run("witness", "show").code == 0
    assert ("passed", said := step(verified)[1]) == step(verified)
    assert said.startswith("witnessed: 2 of 2 needed: w1 at ")
    assert not any("unwitnessed" in caveat for caveat in verified["caveats"])
    assert step(said_by_tool(file, policy)) == step(verified)


def test_one_witness_too_few_stops_nothing_and_is_said_until_a_quorum_is_there(scene, tmp_path: Path) -> None:
    """With two of three down the log goes on; the checkpoint says 1 of 2; asked again, it is witnessed."""
    lab, servers = scene
    servers.stop("w2")
    stated = lab.run("witness", "outage", "--reason", "no network", "--key", "recorder")
    wrote = write_something(lab, 1)
    file = tmp_path / "b.json"
    exported, policy = lab.run("export", file), policy_file(lab, tmp_path)
    verified = run("verify", file, "--policy", policy)

    assert (stated.code, wrote.code) == (0, 0), wrote.err
    for shown in (lab.run("log").text, exported.err, lab.run("witness", "show").text, verified.text):
        assert "unwitnessed: 1 of 2 needed" in " ".join(shown.split())
    assert lab.run("witness", "ask").code == 3
    servers.start("w3")
    asked = lab.run("witness", "ask")

    assert asked.code == 0, asked.err
    assert "w3 signed: 7 entries" in asked.text
    assert "witnessed: 2 of 2 needed: w1 at" in asked.text
    assert lab.run("witness", "show").code == 0


def test_with_too_few_to_ask_nothing_is_written_until_somebody_states_an_outage(scene) -> None:
    """Fail closed: nobody could tell a restored copy then. The statement is signed, on record, and good for a day."""
    lab, servers = scene
    servers.stop("w1", "w2")
    before = files_of(lab.record)
    refused = write_something(lab, 1)

    assert refused.code == 2
    assert "expected 2 witnesses to say that they know no later record, got 0: w1 did not answer" in refused.err
    assert "ruleout witness outage" in refused.err
    assert before == files_of(lab.record)
    assert lab.run("witness", "outage", "--reason", "power cut", "--key", "recorder").code == 0
    assert write_something(lab, 1).code == 0
    after = write_something(lab, 2, now=NOW + timedelta(hours=25))
    assert after.code == 2
    assert "expected 2 witnesses" in after.err


# --- what witnesses are for -------------------------------------------------------------------------------------------


def test_a_restored_backup_is_refused_and_who_saw_more_is_named(scene, tmp_path: Path) -> None:
    """The whole folder from before the last entry: nothing is written; with the newest copy back, all goes on."""
    lab, _ = scene
    backup = tmp_path / "backup"
    shutil.copytree(lab.record, backup)
    assert write_something(lab, 1).code == 0
    newest = tmp_path / "newest"
    shutil.move(lab.record, newest)
    shutil.copytree(backup, lab.record)
    before = files_of(lab.record)
    refused = write_something(lab, 2)

    assert refused.code == 2
    assert "got a restored copy or a fork: witness w1 saw a later record: 6 entries, here are 5" in refused.err
    assert "witness w2 saw a later record: 6 entries, here are 5" in refused.err
    assert "Nothing was written" in refused.err
    assert before == files_of(lab.record)
    assert lab.run("witness", "ask").code == 2
    shutil.rmtree(lab.record)
    shutil.move(newest, lab.record)
    assert write_something(lab, 2).code == 0
    assert lab.run("witness", "show").code == 0


def forked(scene, tmp_path: Path) -> tuple[Lab, Lab]:
    """Two histories of one log, of the same size: one before its witnesses, one made behind their backs."""
    lab, servers = scene
    other = lab.copy_to(tmp_path / "other")
    assert write_something(lab, 1).code == 0
    assert write_something(lab, 2).code == 0
    servers.stop("w1", "w2")
    assert other.run("witness", "outage", "--reason", "pulled the plug", "--key", "recorder").code == 0
    assert write_something(other, 3).code == 0
    servers.start("w1", "w2")
    return lab, other


def test_a_fork_is_refused_by_every_witness_in_so_many_words(scene, tmp_path: Path) -> None:
    """The history made while the plug was out can never be witnessed, and its operator can write no more of it."""
    lab, other = forked(scene, tmp_path)
    before = files_of(other.record)
    refused = write_something(other, 4)
    asked = other.run("witness", "ask")

    assert refused.code == asked.code == 2
    assert "witness w1 saw another record: its 7 entries are not the first 7 of the 7 here" in refused.err
    assert "witness w2 saw another record" in refused.err
    assert before == files_of(other.record)
    assert "unwitnessed: 0 of 2 needed" in other.run("log").text
    assert write_something(lab, 4).code == 0


def test_of_two_views_of_one_size_only_the_witnessed_one_passes(scene, tmp_path: Path) -> None:
    """A split view: two whole exports, both signed by the log; the verifier's policy tells them apart."""
    lab, other = forked(scene, tmp_path)
    policy = policy_file(lab, tmp_path)
    shown, hidden = tmp_path / "shown.json", tmp_path / "hidden.json"
    assert lab.run("export", shown).code == other.run("export", hidden).code == 0
    for file, status, words in (
        (shown, "passed", "witnessed: 2 of 2 needed"),
        (hidden, "not done", "unwitnessed: 0 of 2 needed"),
    ):
        verified = run("verify", file, "--policy", policy, "--json").json
        assert verified["level"] == "full-audit"
        assert step(verified)[0] == status
        assert step(verified)[1].startswith(words)
        assert step(said_by_tool(file, policy)) == step(verified)
    good, bad = open_bundle(lab.record), open_bundle(other.record)
    stolen = replace(bad, checkpoint=with_lines(bad.checkpoint, good.checkpoint.split("\n\n")[1].splitlines()[1:]))
    report = verify_bundle(stolen, policy=parse_policy(policy.read_text()))

    assert report.has_failed
    assert "got a wrong one" in next(c.detail for c in report.checks if c.name == "witnesses")


def test_a_rollback_is_refused_by_the_witness_itself(scene) -> None:
    """An older checkpoint with the log's true signature: 409, and the size that counts."""
    lab, servers = scene
    old = read_log(lab.record / "ledger")
    assert write_something(lab, 1).code == 0
    text, lines = old.checkpoint.split("\n\n")
    note = f"{text}\n\n{lines.splitlines()[0]}\n"
    told = post(servers.every["w1"].url, request_body(5, (), note))

    assert (409, "6\n") == (told[0], told[2])


def accepted(listener: socket.socket) -> socket.socket | None:
    """The next connection; None once the listener is closed."""
    try:
        return listener.accept()[0]
    except OSError:
        return None


def test_a_witness_that_lies_about_a_size_is_replaced_by_a_signed_act(scene, tmp_path: Path) -> None:
    """It stops the log, which is what a liar can do; `witness policy --despite` names it on the command line."""
    lab, servers = scene
    servers.stop("w2")
    listener = socket.create_server(("127.0.0.1", servers.every["w2"].port))

    def lie() -> None:
        while (connection := accepted(listener)) is not None:
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 409 Conflict\r\nContent-Length: 3\r\n\r\n99\n")

    threading.Thread(target=lie, daemon=True).start()
    servers.start("w3")
    refused = write_something(lab, 1)
    text = (lab.record / "witnesses.yaml").read_text()
    (lab.record / "witnesses.yaml").write_text(
        "quorum: 2\nwitnesses:\n"
        + "".join(
            part for part in ("  - name:" + rest for rest in text.split("  - name:")[1:]) if "name: w2" not in part
        )
    )
    replaced = lab.run("witness", "policy", "--key", "recorder", "--despite", "w2")
    listener.shutdown(socket.SHUT_RDWR)  # a thread waits in it, and would keep the port
    listener.close()

    assert "witness w2 saw a later record: 99 entries" in refused.err
    assert replaced.code == 0, replaced.err
    assert write_something(lab, 1).code == 0


# --- the bundle's own policy -------------------------------------------------------------------------------------------


def test_without_a_policy_of_their_own_a_verifier_is_told_whose_it_is(scene) -> None:
    """The workspace's policy counts, and the page says that it came with what was checked."""
    lab, _ = scene
    verified = run("verify", lab.record, "--json").json

    assert step(verified)[0] == "passed"
    assert step(verified)[1].endswith(", by the bundle's own policy")
    assert any("the policy of witnesses comes from the bundle itself" in caveat for caveat in verified["caveats"])
    bundle = open_bundle(lab.record)
    other = verify_bundle(replace(bundle, policy="quorum none\n"))
    assert "expected the policy" in next(c.detail for c in other.checks if c.name == "witnesses")
    assert other.has_failed


def test_a_file_of_witnesses_with_problems_is_refused_with_all_of_them(scene) -> None:
    """Names and keys twice, the operator's own key, addresses without TLS, more needed than there are."""
    lab, servers = scene
    own = cosigner_key("self", read_log(lab.record / "ledger").key.public_key, Algorithm.ED25519)
    key = servers.vkeys["w1"]
    lines = [
        f"  - {{name: a, vkey: {json.dumps(vkey)}, url: {json.dumps(url)}}}"
        for vkey, url in (
            (key, "https://a.example"),
            (key, "http://a.example"),
            (str(own), "https://b.example"),
            ("x", "https://c.example"),
        )
    ]
    (lab.record / "witnesses.yaml").write_text("quorum: 5\nwitnesses:\n" + "\n".join(lines) + "\n")
    refused = lab.run("witness", "policy", "--key", "recorder")

    assert refused.code == 2
    for problem in ("W001", "W002", "S006", "S008"):
        assert problem in refused.err
    assert lab.size() == 5


def test_a_witness_that_is_given_no_key_of_a_log_is_not_made(tmp_path: Path) -> None:
    """Bad input, with where the key is found; no folder and no key are left."""
    made = run("witness", "init", "--folder", tmp_path / "w", "--name", "one.example/w", "--log", "nonsense")

    assert made.code == 2
    assert "--log: key: expected name+id+base64, got 'nonsense'" in made.err
    assert "Give the key that `ruleout verify` shows at its end" in " ".join(made.err.split())
    assert not (tmp_path / "w").exists()
