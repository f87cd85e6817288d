# SPDX-License-Identifier: Apache-2.0
"""The guide to changing a framework is true: its commands run on its days, with the exit codes beside them (D-15)."""

import re
import shlex
import shutil
from datetime import datetime

from tests.integration.command_line import ROOT, build_lab, run, seeds

from ruleout.accountability.change_log.parse import parse_change_log
from ruleout.framework import parse_framework

PAGE = (ROOT / "docs" / "guide" / "change-control.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "change-control" / "acme-fsf"
STEPS = re.findall(r"^(?:(\d{4}-\d\d-\d\d):|\$ ruleout (.+?)(?:\s+# exit (\d))?)$", PAGE, re.MULTILINE)


def test_every_command_of_the_guide_ends_as_it_says(tmp_path):
    """In one workspace, each with its exit code, 0 where none stands."""
    lab = build_lab(tmp_path)
    shutil.copytree(EXAMPLE, lab.record / "frameworks" / "acme-fsf")
    env = {**lab.env, **seeds("trust-fay")}
    now, shown = None, []
    for day, command, code in STEPS:
        if day:
            now = datetime.fromisoformat(f"{day}T09:00:00+00:00")
            continue
        ran = run(*shlex.split(command), env=env, folder=lab.record, now=now)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)
        shown.append(ran.text)
    assert len(shown) > 14
    refusal = PAGE.partition("```\nacme-fsf@1.1 in place")[2].partition("```")[0]
    assert "acme-fsf@1.1 in place" + refusal in shown
    assert "What it lets pass" in (lab.record / "changes.html").read_text(encoding="utf-8")


def test_what_the_guide_quotes_is_in_the_example():
    """The procedure and the change, word for word."""
    framework = (EXAMPLE / "1.0.yaml").read_text(encoding="utf-8")
    log = (EXAMPLE / "changes" / "1.1.yaml").read_text(encoding="utf-8")
    procedure, change = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)

    assert procedure in framework
    assert change.partition("changes:\n")[2] in log
    assert parse_framework(framework.encode(), file="1.0").changes is not None
    assert len(parse_change_log(log.encode(), file="log").changes) == 4
