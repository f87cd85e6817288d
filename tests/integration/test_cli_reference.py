# SPDX-License-Identifier: Apache-2.0
"""The reference of the command line is true: its commands run, and it names every option there is."""

import re
import shlex
import shutil

import pytest
from tests.integration.command_line import CASES, DEMO, PEOPLE, ROOT, run, seeds

from ruleout.cli.main import VERBS

PAGE = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)
SECTIONS = dict(re.findall(r"^#{2,3} ruleout ([a-z -]+)\n(.*?)(?=^#{2,3} |\Z)", PAGE, re.MULTILINE | re.DOTALL))
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
#: Verbs that only hold others, and those.
GROUPS = (
    *("key", "framework", "landscape", "picture", "estimate", "evidence", "incident", "deviation", "concern"),
    *(
        "report",
        "request",
        "review",
        "roadmap",
        "witness",
        "permit",
        "policy",
        "gateway",
        "audit",
        "tools",
        "monitoring",
        "unkill",
        "degrade",
    ),
)
BELOW = (
    *("key new", "key rotate", "key compromise", "key list"),
    *("witness init", "witness serve", "witness show", "witness policy", "witness ask", "witness outage"),
    *("policy test", "policy sign", "policy explain"),
    *("unkill propose", "unkill confirm"),
    *("degrade propose", "degrade confirm", "degrade end", "degrade show"),
    *("gateway serve", "gateway check", "gateway key"),
    *("audit query", "audit verify", "audit seal", "audit erase"),
    *("tools check", "tools judge", "tools waiting", "tools show", "tools approve", "tools deny"),
    *("monitoring check", "monitoring reviewed", "monitoring metrics", "monitoring dashboard"),
    *("framework list", "framework show", "framework anchors"),
    *("framework publish", "framework approve", "framework status"),
    *("landscape show", "landscape check", "landscape case"),
    *("picture forest", "picture repeats", "picture trend"),
    *("estimate horizon", "estimate trend", "estimate pairs", "estimate looks", "estimate uplift", "estimate rate"),
    *("evidence list", "evidence show", "evidence diff", "evidence due"),
    *("due event", "due done", "due schedule", "due cancel", "due names"),
    *("evidence withdraw", "evidence lift", "evidence renew", "evidence overlaps"),
    *("report sheet", "report approve", "report list", "report show", "report kinds"),
    *("request open", "request answer", "request forum"),
    *("request status", "request consistency", "request counts"),
    *("roadmap show", "roadmap set", "roadmap move", "roadmap revise", "roadmap retire", "roadmap contest"),
    *("roadmap settle", "roadmap grade", "roadmap publish", "roadmap compare"),
    "roadmap anchors",
    *("incident open", "incident amend", "incident resolve", "incident merge"),
    *("incident report", "incident show", "incident list"),
    *("deviation open", "deviation amend", "deviation close", "deviation show", "deviation list"),
    *("permit issue", "permit show", "permit list", "permit revoke", "permit check"),
    *("review open", "review amend", "review assign", "review approve", "review package", "review received"),
    *("review answer", "review file", "review publish", "review status", "review list"),
    *("concern receive", "concern update", "concern close", "concern list", "concern rollup"),
)
#: Explained once for all verbs.
SHARED = {"--help"}


def test_every_command_of_the_page_ends_as_it_says(tmp_path):
    """In their order, in one folder: each with the exit code beside it, 0 where none is."""
    shutil.copytree(DEMO, tmp_path / "case")
    shutil.copytree(CASES, tmp_path / "public")
    shutil.copytree(ROOT / "examples" / "estimates", tmp_path / "estimates")
    shutil.copytree(ROOT / "examples" / "requests", tmp_path / "requests")
    shutil.copytree(ROOT / "examples" / "public-record" / "requests", tmp_path / "published")
    shutil.copytree(ROOT / "examples" / "public-record" / "roadmap", tmp_path / "roadmap")
    shutil.copytree(ROOT / "examples" / "northlight" / "files", tmp_path / "northlight")
    shutil.copytree(ROOT / "examples" / "policy", tmp_path / "policies")
    shutil.copytree(ROOT / "examples" / "audit" / "segments", tmp_path / "segments")
    shutil.copytree(ROOT / "examples" / "gateway", tmp_path / "gateway")
    shutil.copytree(ROOT / "examples" / "duties", tmp_path / "duties")
    shutil.copytree(ROOT / "examples" / "registers", tmp_path / "registers")

    assert len(COMMANDS) > 20
    for command, code in COMMANDS:
        ran = run(
            *shlex.split(command),
            env=seeds(
                *("lab-log", "witness", "floor-fay", "policy-pia", "gateway-1", "approver-ann", "duty-kim"), *PEOPLE
            ),
            folder=tmp_path,
        )
        assert ran.code == int(code or 0), (command, ran.err)


@pytest.mark.parametrize("verb", [*(v for v in VERBS if v not in GROUPS), *BELOW])
def test_every_option_of_a_verb_is_in_its_section(verb):
    """And the section names none that the verb lacks."""
    shown = run(*verb.split(), "--help").text
    options = set(OPTION.findall(shown.partition("─ Options")[2])) - SHARED
    listed = set(OPTION.findall(re.sub(r"```.*?```", "", SECTIONS[verb], flags=re.DOTALL)))

    assert listed == options


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_an_example(verb):
    """At least one command of the page uses it."""
    assert any(command.split()[0] == verb for command, _ in COMMANDS)
