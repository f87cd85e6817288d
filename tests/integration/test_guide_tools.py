# SPDX-License-Identifier: Apache-2.0
"""The guide to tools, approvals and watched rates is true, and the verbs refuse what they should (G-4, G-9, G-11)."""

import json
import re
import shlex
import shutil

import pytest
import yaml
from tests.integration.command_line import ROOT, run, seeds
from tests.prometheus_format import parse

from ruleout.serving.settings.document import WatchingDoc

PAGE = (ROOT / "docs" / "guide" / "tools.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)
KEYS = seeds("lab-log", "approver-ann", "recorder-eve")
CALL = "5f2b8c0d9e1a4f6b7c8d9e0f1a2b3c4d"


@pytest.fixture
def place(tmp_path):
    shutil.copytree(ROOT / "examples" / "gateway", tmp_path / "gateway")
    shutil.copytree(ROOT / "examples" / "audit" / "segments", tmp_path / "segments")
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
    tools, reviews, watch = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)

    assert tools in (ROOT / "examples" / "gateway" / "tools.yaml").read_text("utf-8")
    assert WatchingDoc.model_validate(yaml.safe_load(watch)["watch"]).seconds == 10
    assert reviews in (ROOT / "examples" / "gateway" / "reviewed.yaml").read_text("utf-8")


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


def test_reviews_are_filed_once_and_count_in_the_rates(place):
    """One of two was a miss; filed again nothing is added, and the metrics and the watch have the sum."""
    filing = (
        "monitoring",
        "reviewed",
        "gateway/reviewed.yaml",
        "--counters",
        "gateway/counters",
        "--audit",
        "segments",
    )

    first, again = run(*filing, "--json", folder=place), run(*filing, folder=place)

    so_far = {"agent-watch": {"caught": 0, "fine": 1, "miss": 1}}
    assert first.json == {"filed": 2, "filed_before": 0, "so_far": so_far}
    assert "2 that were filed before" in again.text
    samples = parse(run("monitoring", "metrics", "--counters", "gateway/counters", folder=place).text)
    assert samples["ruleout_hook_reviewed_total", (("hook", "agent-watch"), ("found", "miss"))] == 1
    path = place / "gateway" / "watches.yaml"
    path.write_text(path.read_text("utf-8").replace("hook: bio", "hook: agent-watch"), "utf-8")
    told = run("monitoring", "check", path, "--counters", "gateway/counters", "--json", folder=place).json
    assert next((one["hits"], one["trials"]) for one in told["watches"]) == (1, 2)


def test_a_file_of_reviews_with_problems_files_nothing(place):
    """All of them at once, with their places; a request that was never served, one that no hook saw, a second finding."""
    path = place / "gateway" / "reviewed.yaml"
    filing = ("monitoring", "reviewed", path, "--counters", "gateway/counters", "--audit", "segments")
    assert run(*filing, folder=place).code == 0
    row = "  - {request: %s, hook: %s, found: %s, by: eve}\n"
    rows = [("req-3", "agent-watch", "fine"), ("req-99", "agent-watch", "miss"), ("req-2", "agent-watch", "caught")]
    path.write_text("kind: reviewed\nreviewed:\n" + "".join(row % one for one in rows), "utf-8")

    ran = run(*filing, folder=place)

    assert ran.code == 2
    assert re.findall(r"reviewed\.yaml:(\d+):\d+: (T\d+)", ran.err) == [("3", "T007"), ("4", "T008"), ("5", "T008")]
    samples = parse(run("monitoring", "metrics", "--counters", "gateway/counters", folder=place).text)
    assert samples["ruleout_hook_reviewed_total", (("hook", "agent-watch"), ("found", "miss"))] == 1
    assert [one.name for one in (place / "gateway" / "counters" / "reviewed").glob("*.reviewed")] == ["000001.reviewed"]


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
