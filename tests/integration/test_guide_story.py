# SPDX-License-Identifier: Apache-2.0
"""The story from a decision to a review is true: typed once with real processes, then its record is asked what happened.

Clauses: D-12, G-1, G-6, G-8, G-9, G-10, G-11, S-3, A-4, A-6, A-9, L-9.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.document_rules import Step, missing_lines, tour_of
from tests.integration.command_line import ROOT, run
from tests.ports import free_port

from ruleout.adapters.clock import now

STEPS = tour_of((ROOT / "docs" / "guide" / "story.md").read_text("utf-8"))
TOOL = ROOT / "tools" / "ruleout_verify.py"
DECISION = "lantern-1/lantern-fsf@1.0/deploy-external/1"
STORY_WORDS = 380  # of the model's story, whole

#: The one-file verifier, in a process that may not open a socket.
OFFLINE = """
import runpy, sys
def forbid(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"not offline: {event}")
sys.addaudithook(forbid)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@dataclass(slots=True)
class Shell:
    """What a reader types into: a folder, what `keys.env` exports, jobs in the background, and what was said."""

    folder: Path
    exported: dict[str, str] = field(default_factory=dict)
    jobs: list[subprocess.Popen[bytes]] = field(default_factory=list)
    proposal: str = ""
    said: list[tuple[Step, int, str]] = field(default_factory=list)

    def type(self, step: Step) -> None:
        """Do what one line says, and keep how it ended."""
        command = step.command.replace("PROPOSAL", self.proposal)
        words = shlex.split(command)
        code, text = 0, ""
        if words[0] == "cd":
            self.folder = self.folder / words[1]
        elif words[0] == ".":
            lines = (self.folder / words[1]).read_text("utf-8").split()
            self.exported = dict(line.split("=", 1) for line in lines if line != "export")
        elif words[-1] == "&":
            self.jobs.append(self._begun(f"exec {command.removesuffix('&')}"))
        elif words[0] == "kill":
            ended, _, waited = command.partition(" && wait ")
            for job in re.findall(r"%(\d+)", ended):
                self.jobs[int(job) - 1].terminate()
            code = max((self.jobs[int(job) - 1].wait(300) for job in re.findall(r"%(\d+)", waited)), default=0)
        elif words[0] == "ruleout":
            code, text = self.ruleout(*words[1:])
        else:
            code, text = self._done(command)
        self.proposal = next(iter(re.findall(r"proposed ([0-9a-f]{64})", text)), self.proposal)
        self.said.append((step, code, text))

    def _done(self, command: str) -> tuple[int, str]:
        process = self._begun(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            out, _ = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, _ = process.communicate()
            out += b"\nended after five minutes"
        return process.returncode, out.decode()

    def ruleout(self, *words: str) -> tuple[int, str]:
        """Run a command in this process, by the real clock."""
        ran = run(*words, env=self.exported, folder=self.folder, now=now)
        return ran.code, ran.text + ran.err

    def json(self, *words: str) -> Any:
        """Return what a command tells as JSON."""
        return run(*words, "--json", env=self.exported, folder=self.folder, now=now).json

    def text_of(self, command: str) -> str:
        """Return what the first command of the guide that begins like this said."""
        return next(text for step, _, text in self.said if step.command.startswith(command))

    def _begun(self, command: str, **given: Any) -> subprocess.Popen[bytes]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "PYTHONPATH": str(ROOT / "src"), "RULEOUT_KEYS": "/nonexistent", **self.exported}
        return subprocess.Popen(
            ["bash", "-c", command], cwd=self.folder, env=environment, start_new_session=True, **given
        )

    def end(self) -> None:
        """End every job that still runs, with its children."""
        for job in self.jobs:
            job.terminate()
        for job in self.jobs:
            with contextlib.suppress(subprocess.TimeoutExpired):
                job.wait(60)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(job.pid, signal.SIGKILL)
            job.wait(60)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """The whole guide, typed once in a folder beside the tools."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("examples", "tools"):
        (folder / name).symlink_to(ROOT / name)
    shell = Shell(folder)
    ports = ",".join(str(free_port()) for _ in range(3))
    try:
        for step in STEPS:
            told = f"{step.command} --ports {ports}" if "start.py" in step.command else step.command
            shell.type(Step(told, step.exit_code, step.shows))
            if shell.said[-1][1] != step.exit_code:
                break  # the rest would only follow from it
        yield shell
    finally:
        shell.end()


def entries(story: Shell, record: str = "record") -> list[dict[str, Any]]:
    """Every entry of a record, oldest first."""
    return [one["entry"] for one in story.json("log", "-w", record)["entries"]]


def signers(entry: dict[str, Any]) -> list[str]:
    """The names of the keys that signed an entry."""
    return [one["keyid"].partition("+")[0] for one in entry["sigs"]]


def test_every_command_of_the_guide_ends_as_it_says(story: Shell) -> None:
    """With the exit code and the lines that the guide shows."""
    for step, code, text in story.said:
        assert code == step.exit_code, f"$ {step.command}\n{text}"
        assert missing_lines(step.shows, text) == [], f"$ {step.command}\n{text}"
    assert len(story.said) == len(STEPS) > 50


def test_the_record_tells_the_story_in_its_order(story: Shell) -> None:
    """From the approvals to the published review; who signed what holds the role for it."""
    told = [one["type"] for one in entries(story) if one["type"] != "key"]
    kills = [
        (one["subject"]["act"], signers(one), "late" in one["subject"])
        for one in entries(story)
        if one["type"] == "kill"
    ]

    assert told == [
        *("approval", "approval"), *("framework", "evidence", "safeguard", "decision"), "permit", "kill", "deviation",
        *("kill", "kill"), "host-log", "incident", "report", *("review", "review", "approval"), *("review",) * 4,
    ]  # fmt: skip
    assert kills == [
        ("unkill", ["duty-lee"], False), ("tighten", ["duty-kim"], True), ("kill", ["duty-kim"], False)
    ]  # fmt: skip


def test_the_permit_is_no_wider_than_the_decision(story: Shell) -> None:
    """The model, the safeguard and the condition of the restriction stand in it; nothing was recorded of the wide one."""
    decision = story.json("assess", "record/cases/lantern-1.yaml", "-f", "lantern-fsf@1.0", "-w", "record")
    permits = [one["id"] for one in entries(story) if one["type"] == "permit"]
    shown = story.text_of("ruleout permit show")

    assert decision["outcome"] == "restrict"
    assert permits == ["permit/lantern-1/1"]
    assert "(enforced: 100 requests-per-minute)" in " ".join(shown.split())
    assert DECISION in shown


def test_what_was_asked_stands_in_the_sealed_audit_record(story: Shell) -> None:
    """Each request once: those answered, those refused with their ground, the one that was cut; all under the gateway's log."""
    asked = story.json("audit", "query", "--audit", "audit", "-w", "sealing")["requests"]
    grounds = [(one["began"]["tenant"], one["why"]) for one in asked]
    cut = [one for one in asked if one["how"] == "cut"]
    hooks = grounds.count(("red-team", "hook"))

    assert hooks == 7
    assert grounds.count(("red-team", "")) == 48
    assert ("acme", "not-permitted") in grounds
    assert ("acme", "limit") in grounds
    assert [why for tenant, why in grounds if tenant == "orchard"] == ["killed", "killed"]
    assert [(one["began"]["tenant"], one["why"], one["began"]["permit"]) for one in cut] == [
        ("orchard", "killed", "lantern-1")
    ]
    assert story.json("audit", "verify", "--audit", "audit", "-w", "sealing")["findings"] == []


def test_the_gateway_itself_tightened_and_drafted_by_what_was_filed_of_its_own_requests(story: Shell) -> None:
    """Its watcher signed the epoch, nobody typed it; the entry has the draft's words; each review is of a request of the probe."""
    epoch = json.loads((story.folder / "record" / "gateway" / "epochs" / "0000000002.json").read_bytes())
    told = [json.loads(line[17:]) for line in story.text_of("grep scam-misses").splitlines()]
    draft = json.loads((story.folder / "record" / "deviations" / "drift-scam-misses.yaml").read_bytes())
    asked = story.json("audit", "query", "--audit", "audit", "-w", "sealing")["requests"]
    probes = [one["request"] for one in asked if one["began"]["tenant"] == "red-team"]
    files = [yaml.safe_load((story.folder / name).read_text("utf-8")) for name in ("monday.yaml", "thursday.yaml")]

    assert signers(epoch) == ["watcher"]
    assert [one.get("breach", {}).get("hits") for one in told] == [8, None, None]
    assert not any("--tighten" in step.command for step, _, _ in story.said)
    assert "8 of 48, where at most 0.02 was assumed" in draft["says"]
    assert "Tightened: requests-per-minute at most 3 for everybody" in draft["says"]
    assert sorted(one["request"] for file in files for one in file["reviewed"]) == sorted(probes)


def test_the_tightened_limit_is_the_one_that_the_gateway_keeps(story: Shell) -> None:
    """A hundred a minute were allowed; after the breach three at most."""
    text = story.text_of('python ask.py acme "What does a notary do?"')
    refused = json.loads(text.rpartition("429: ")[2])

    assert text.count("200: ") <= 3
    assert refused["rules"] == ["requests-per-minute"]
    assert refused["permit"] == "lantern-1"


def test_the_kill_ended_an_answer_and_every_worker_said_so(story: Shell) -> None:
    """It began, it did not go on to its end; two workers acknowledged, named by their processes."""
    said = (story.folder / "story.txt").read_text("utf-8")
    killed = story.text_of('ruleout kill --model lantern-1 --reason "the filter misses scams" --key duty-kim')

    assert story.jobs[3].wait(60) == 1
    assert said.startswith("Once there was a keeper of a lantern ")
    assert len(said.partition("cut:")[0].split()) < STORY_WORDS
    assert len(set(re.findall(r"process (\d+): epoch 3, 0 streams still to end", killed))) == 2


def test_the_reviewed_report_leads_to_decision_deviation_kill_and_incident(story: Shell) -> None:
    """What was published rests on entries of the record, and the review is of that report."""
    report = story.json("report", "show", "after-action", "--audience", "reviewer", "-w", "record")
    published = json.loads((story.folder / "published" / "after-action.json").read_bytes())
    named = {one["id"] for one in report["entries"]}

    assert {DECISION, "deviation/drift-scam-misses/1", "kill/epoch-3", "incident/scams-1/1"} <= named
    assert "report/after-action/1" in json.dumps(published)
    assert "Probe the filter each day" in json.dumps(published)


@pytest.mark.parametrize("name", ["record.json", "gateway.json", "package.html"])
def test_the_one_file_verifier_agrees_without_network_and_environment(story: Shell, name: str) -> None:
    """Plain Python, nothing installed, no variable set, and a socket would end it."""
    command = [sys.executable, "-IS", "-c", OFFLINE, str(TOOL), str(story.folder / name)]
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "level checked: " + ("inclusion" if name.endswith("html") else "full-audit") in done.stdout


def test_a_socket_would_be_seen(tmp_path: Path) -> None:
    """The check that nothing asks the network can fail."""
    probe = tmp_path / "probe.py"
    probe.write_text("import socket\nsocket.create_connection(('127.0.0.1', 9))\n", "utf-8")

    done = subprocess.run(
        [sys.executable, "-IS", "-c", OFFLINE, str(probe)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "not offline" in done.stderr
