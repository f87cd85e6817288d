# SPDX-License-Identifier: Apache-2.0
"""When evidence ends, every gate that relied on it closes, on every path, at the same instant (A-12).

`PATHS` is the list of paths. Whoever adds a command that decides or says what counts adds a line. Comparing two
versions of a framework is not among them: it rests on no evidence.
"""

from __future__ import annotations

import pytest
from tests.integration.command_line import OLD, build_lab

from ruleout.cli.main import VERBS

LAST_MOMENT = "2026-12-31T23:59:59Z"
FIRST_AFTER = "2027-01-01T00:00:00Z"
#: Verbs that decide nothing about a case and say nothing of whether its evidence counts at an instant.
WITHOUT_CASE = {
    "demo", "init", "key", "check", "framework", "prove", "compare", "coverage", "record", "plan", "ingest", "estimate",
    "log", "verify", "export", "schema", "request", "roadmap", "due", "incident", "deviation", "concern", "redact", "erase",
    "witness", "convert", "report", "review", "portal", "policy", "gateway", "audit", "tools", "monitoring",
    "kill", "unkill", "degrade", "drill", "hosts", "mirror",
}  # fmt: skip
#: Acts and pages about decisions that are derived by `assess` itself or say what was decided, at its own instant.
BY_ASSESS = {"approve", "replay"}
#: Without signed approvals, so that a case that needs them holds either way; tests/integration/test_cli_request.py has one,
#: and test_cli_permit.py a permit whose evidence ends under it.
ELSEWHERE = {"landscape", "permit"}


def by_receipt(lab):
    """The last day is said as the log is received."""
    assert lab.run("ingest", lab.log, "--owner", "evals-team", "--valid-until", "2026-12-31").code == 0


def by_the_case(lab):
    """The case itself says the last day of the evidence."""
    assert lab.run("ingest", lab.log).code == 0
    lab.edit("    log: logs/autonomy-suite.eval\n", "    log: logs/autonomy-suite.eval\n    valid-until: 2026-12-31\n")


WAYS = {"by its receipt": by_receipt, "by the case": by_the_case}


@pytest.fixture(scope="module", params=WAYS)
def lab(request, tmp_path_factory):
    """A lab that was approved and may go ahead while its evidence counts."""
    made = build_lab(tmp_path_factory.mktemp("lab"))
    WAYS[request.param](made)
    made.approve_all()
    assert made.assess("--at", "now", "--record", "--key", "recorder").code == 0
    return made


def outcome_of_assess(lab, at):
    return lab.assess("--at", at).json["outcome"]


def outcome_of_decide_under(lab, at):
    return lab.run("decide-under", lab.case, "-f", OLD, "--at", at, "--json").json["rows"][0]["outcome"]


def counts_in_evaluate(lab, at):
    ran = lab.run("evaluate", lab.case, "-f", OLD, "--at", at, "--json")
    assert ran.code == (3 if ran.json["outstanding"] else 0)
    return not ran.json["outstanding"]


def finding_in_picture(lab, at):
    ran = lab.run("picture", "forest", lab.case, "-f", OLD, "--at", at, "--json")
    return ran.json["figures"]["rows"][0]["comparison"] == "clear"


def counts_in_due(lab, at):
    ran = lab.run("evidence", "due", "--within", "0d", "--at", at, "--json")
    (due,) = ran.json["due"]
    assert ran.code == (1 if due["expired"] else 0)
    return not due["expired"] and due["decisions"][0]["was"] == "proceed"


#: By path: whether the evidence counts there at an instant.
PATHS = {
    "assess": lambda lab, at: outcome_of_assess(lab, at) == "proceed",
    "decide-under": lambda lab, at: outcome_of_decide_under(lab, at) == "proceed",
    "evaluate": counts_in_evaluate,
    "evidence": counts_in_due,
    "picture": finding_in_picture,
}


@pytest.mark.parametrize("path", PATHS)
def test_evidence_is_dead_on_every_path_at_the_first_moment_after_its_last_day(lab, path):
    """It counts at the last moment of the last day and at no later one."""
    counts = PATHS[path]

    assert counts(lab, LAST_MOMENT)
    assert not counts(lab, FIRST_AFTER)


def test_every_verb_is_listed():
    """A new verb says here whether it is a path on which evidence counts."""
    listed = {*PATHS, *WITHOUT_CASE, *BY_ASSESS, *ELSEWHERE}

    assert listed == set(VERBS)
