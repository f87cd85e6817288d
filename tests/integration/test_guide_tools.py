# SPDX-License-Identifier: Apache-2.0
"""The guide to tools, approvals and watched rates is true, and the verbs refuse what they should (G-4, G-9, G-11)."""

import json
import re
import shlex
import shutil

import pytest
from tests.integration.command_line import ROOT, run, seeds
from tests.prometheus_format import parse

PAGE = (ROOT / "docs" / "guide" / "tools.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)
KEYS = seeds("lab-log", "approver-ann", "recorder-eve")
CALL = "5f2b8c0d9e1a4f6b7c8d9e0f1a2b3c4d"


@pytest.fixture
def place(tmp_path):
    shutil.copytree(ROOT / "examples" / "gateway", tmp_path / "gateway")
    return tmp_path


def tools(place, *arguments):
    return run("tools", *arguments, env=KEYS, folder=place)


def test_every_command_of_the_guide_ends_as_it_says(place):
    """In one folder, in their order; what the person is shown and what was counted stands in the output."""
    shown = {}
    for command, code in COMMANDS:
        ran = run(*shlex.split(command), env=KEYS, folder=place)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)
        shown[command] = " ".join((ran.text + ran.err).split())

    assert len(COMMANDS) > 14
    told = " ".join(shown.values())
    assert "read_manual/url" in told
    assert "a tool that looks like code-execution and is not listed" in told
    assert '\'{"command": "ls"}\'' in told
    assert "not tool-approver" in told
    assert "has answered" in told
    assert "80 of 1000 misses of bio" in told
    samples = parse(run("monitoring", "metrics", "--counters", "gateway/counters", folder=place).text)
    assert samples["ruleout_hook_reviewed_total", (("hook", "bio"), ("found", "miss"))] == 80


def test_the_documents_of_the_guide_are_those_of_the_example():
    """The YAML on the page stands in the file."""
    block = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]

    assert block in (ROOT / "examples" / "gateway" / "tools.yaml").read_text("utf-8")


def test_all_problems_of_a_file_come_at_once_with_their_places(place):
    """And nothing is judged by it."""
    path = place / "gateway" / "tools.yaml"
    path.write_text(
        path.read_text("utf-8").replace("class: ordinary", "class: odd").replace("at-most: 3", "at-most: x"), "utf-8"
    )

    ran = tools(
        place,
        "judge",
        "gateway/tools.yaml",
        "--tool",
        "weather",
        "--tier",
        "trial",
        "--arguments",
        "gateway/arguments/shell.json",
    )

    assert ran.code == 2
    assert len(re.findall(r"tools\.yaml:\d+:\d+", ran.err)) == 2


@pytest.mark.parametrize("call", ["0" * 32, "../../etc/passwd", "", CALL.upper()])
def test_a_call_that_does_not_wait_is_not_answered(place, call):
    """Nor is a path taken for an id."""
    run("init", "desk", "--origin", "lab.example/desk", "--producer", "lab", env=KEYS, folder=place)
    run(
        "key", "new", "approver-ann", "--role", "tool-approver", "--person", "ann", "-w", "desk", env=KEYS, folder=place
    )

    ran = tools(place, "approve", call, "--folder", "gateway/calls", "--key", "approver-ann", "-w", "desk")

    assert ran.code == 2
    assert [path.name for path in (place / "gateway" / "calls" / "answers").iterdir()] == [".keep"]


def test_a_call_whose_deadline_passed_or_whose_file_was_changed_is_not_answered(place):
    """The person would sign something that does nothing, or something else than is shown."""
    run("init", "desk", "--origin", "lab.example/desk", "--producer", "lab", env=KEYS, folder=place)
    run(
        "key", "new", "approver-ann", "--role", "tool-approver", "--person", "ann", "-w", "desk", env=KEYS, folder=place
    )
    path = place / "gateway" / "calls" / "waiting" / f"{CALL}.json"
    whole = path.read_text("utf-8")
    approve = ("approve", CALL, "--folder", "gateway/calls", "--key", "approver-ann", "-w", "desk")

    path.write_text(whole.replace("2099-12-31", "2026-11-22"), "utf-8")
    assert "before" in tools(place, *approve).err
    path.write_text(whole.replace("ls", "rm"), "utf-8")
    assert tools(place, *approve).code == 1
    path.write_text(whole, "utf-8")
    assert tools(place, *approve).code == 0


def test_monitoring_says_what_it_does_not_know(place):
    """A damaged worker's counters: held, not passed; no folder: bad input; the JSON has the figures."""
    counters = place / "gateway" / "counters"
    for name in ("worker-0", "worker-1"):
        (counters / f"{name}.counters").write_bytes(b"damaged")
    check = ("monitoring", "check", "gateway/watches.yaml", "--counters")

    ran = run(*check, "gateway/counters", "--json", folder=place)

    assert ran.code == 3
    assert json.loads(ran.text)["watches"][0]["unknown_workers"] == ["worker-0", "worker-1"]
    assert run(*check, "nowhere", folder=place).code == 2


def test_a_drafted_deviation_is_opened_by_a_person_and_stands_in_the_record(place):
    """The draft names a clause of the framework; the record verifies with it."""
    env = seeds("lab-log", "recorder-eve")
    run("init", "desk", "--origin", "lab.example/desk", "--producer", "lab", env=env, folder=place)
    run("key", "new", "recorder-eve", "--role", "recorder", "--person", "eve", "-w", "desk", env=env, folder=place)
    shutil.copytree(ROOT / "examples" / "policy" / "frameworks", place / "desk" / "frameworks", dirs_exist_ok=True)
    check = ("monitoring", "check", "gateway/watches.yaml", "--counters", "gateway/counters", "--drafts", "drafts")
    assert run(*check, folder=place).code == 1
    assert "is there already" in run(*check, folder=place).err

    opened = run(
        "deviation",
        "open",
        "drafts/drift-bio-misses.yaml",
        "--key",
        "recorder-eve",
        "-w",
        "desk",
        env=env,
        folder=place,
    )

    assert opened.code == 0, opened.err
    assert "drift-bio-misses" in run("deviation", "list", "-w", "desk", folder=place).text
    assert run("verify", "desk", folder=place).code == 0
