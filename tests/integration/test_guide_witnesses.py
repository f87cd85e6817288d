# SPDX-License-Identifier: Apache-2.0
"""The guide to witnesses is true: its commands run, with real servers, in order, with the exit codes beside them (L-8)."""

import json
import re
import shlex

from tests.integration.command_line import ROOT, run, seed_of, seeds
from tests.ports import free_port
from tests.witness_builders import ServerApart

from ruleout.adapters.tile_store import read_log
from ruleout.app.witnessing.policy import read_policy_file

PAGE = (ROOT / "docs" / "guide" / "witnesses.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+)$", PAGE, re.MULTILINE)
NAMES = {"w1": "regulator", "w2": "auditor", "w3": "university"}
ENV = {**seeds("lab-log", "recorder", "ceo-ada", "rso-bea", "witness-w1", "witness-w2", "witness-w3")}


def test_every_command_of_the_guide_ends_as_it_says(tmp_path):
    """Servers are started where the guide starts them, stopped where it says so; addresses are this machine's."""
    servers, vkeys, shown = {}, {}, {}
    try:
        for line in COMMANDS:
            command, *marks = re.split(r"\s+# ", line)
            for mark in marks:
                if mark.startswith(("stop", "start")):
                    act, name = mark.split()
                    one = next(server for server in servers.values() if server.name == name)
                    one.stop() if act == "stop" else (one.start(), one.wait())
            words = shlex.split(command.removesuffix(" &"))
            if words[:2] == ["witness", "serve"]:
                servers[words[3]].start()
                servers[words[3]].wait()
                continue
            if "LOGKEY" in words:
                words[words.index("LOGKEY")] = str(read_log(tmp_path / "record" / "ledger").key)
            if words[:2] == ["witness", "policy"]:
                write_witnesses(tmp_path, servers, vkeys)
            ran = run(*words, env={**ENV, "RULEOUT_KEYS": str(tmp_path / "keys")}, folder=tmp_path)
            wanted = next((int(mark.removeprefix("exit ")) for mark in marks if mark.startswith("exit")), 0)
            assert ran.code == wanted, (command, ran.text, ran.err)
            shown.setdefault(" ".join(words[:2]), []).append(" ".join((ran.text + ran.err).split()))
            if words[:2] == ["witness", "init"]:
                vkeys[words[3]] = ran.text.splitlines()[-1]
                env = {f"RULEOUT_KEY_WITNESS_{words[3].upper()}": seed_of(f"witness-{words[3]}")}
                servers[words[3]] = ServerApart(tmp_path / words[3], NAMES[words[3]], free_port(), env)
            if "--policy" in words and words[1] == "show":
                (tmp_path / "policy.txt").write_text(ran.text)
    finally:
        for server in servers.values():
            server.stop()

    assert "lab.example/record \u00b7 3 entries \u00b7 witnessed: 2 of 2 needed" in shown["log -w"][0]
    assert "unwitnessed: 1 of 2 needed" in shown["log -w"][1]
    assert "passed: witnessed: 2 of 2 needed" in shown["verify record.json"][0]
    assert "the policy of witnesses comes from the bundle itself" not in shown["verify record.json"][0]


def write_witnesses(folder, servers, vkeys):
    lines = ["quorum: 2", "witnesses:"]
    for short, server in servers.items():
        lines += [f"  - name: {server.name}", f"    vkey: {json.dumps(vkeys[short])}", f"    url: {server.url}"]
    (folder / "record" / "witnesses.yaml").write_text("\n".join(lines) + "\n")


def test_the_file_in_the_guide_has_the_shape_it_is_read_in(tmp_path):
    """With keys in place of the dots."""
    text = re.search(r"```yaml\n(quorum: 2\n.*?)```", PAGE, re.DOTALL)[1]
    for name in NAMES:
        made = run("witness", "init", "--folder", tmp_path / name, "--name", f"{name}.example/w", env=seeds_of(name))
        text = re.sub(r"vkey: \S+\u2026", "vkey: " + made.text.splitlines()[-1], text, count=1)
    (tmp_path / "witnesses.yaml").write_text(text)
    read = read_policy_file(tmp_path / "witnesses.yaml", ())

    assert ["regulator", "auditor", "university"] == [w.name for w in read.witnesses]
    assert 2 == read.needed


def seeds_of(name):
    return {"RULEOUT_KEY_WITNESS": seed_of(name)}
