# SPDX-License-Identifier: Apache-2.0
"""The guide to roadmaps is true: its file is read, its grade too, and its commands end as they say (A-2)."""

import re
import shlex

from tests.integration.command_line import PEOPLE, ROOT, run, seeds

from ruleout.accountability.roadmap.grade_file import parse_grade
from ruleout.accountability.roadmap.parse import parse_roadmap

PAGE = (ROOT / "docs" / "guide" / "roadmap.md").read_text(encoding="utf-8")
FILE, GRADE = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)


def test_the_files_of_the_guide_are_read_as_it_says():
    """Grade and goal fit each other."""
    roadmap = parse_roadmap(FILE.encode(), file="safety.yaml")
    goals = {goal.id: goal for goal in roadmap.goals}

    assert parse_grade(GRADE.encode(), file="grade.yaml", goals=goals).goal == "levelling-up"


def test_every_command_of_the_guide_ends_as_it_says(tmp_path):
    """In one folder, each with its exit code, 0 where none stands."""
    (tmp_path / "record" / "roadmap").mkdir(parents=True)
    (tmp_path / "record" / "roadmap" / "safety.yaml").write_text(FILE, encoding="utf-8")

    assert len(COMMANDS) > 8
    for command, code in COMMANDS:
        ran = run(*shlex.split(command), env=seeds("lab-log", *PEOPLE), folder=tmp_path)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)
