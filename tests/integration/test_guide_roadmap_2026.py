# SPDX-License-Identifier: Apache-2.0
"""The guide to the roadmap of 2026 says what the commands find: its tables are compared with them cell by cell (A-2)."""

from __future__ import annotations

from functools import cache

import pytest
from tests.integration.command_line import ROOT, run

FOLDER = ROOT / "examples" / "public-record" / "roadmap"
GUIDE = (ROOT / "docs" / "guide" / "roadmap-2026.md").read_text("utf-8")
STATES = [FOLDER / f"{name}-2026.yaml" for name in ("feb", "apr", "jul")]
UPDATES = FOLDER / "updates.yaml"
NONE = "–"


def table(mark: str) -> list[list[str]]:
    """The rows of the table after a mark, its head first."""
    lines = GUIDE.partition(f"<!-- {mark} -->\n")[2].splitlines()
    rows = [line.strip("|").split("|") for line in lines[: lines.index("")]]
    return [[cell.strip() for cell in row] for row in (rows[0], *rows[2:])]


@cache
def shown(at: str):
    """The roadmap as the command shows it at noon of a day."""
    return run("roadmap", "show", *STATES, "--updates", UPDATES, "--at", f"{at}T12:00:00Z", "--json")


HEAD, *ROWS = table("statuses")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_status_of_the_guide_is_the_one_computed(row):
    """Every cell: how the goal of its column stood on the day of its row."""
    goals = {goal["goal"]: goal["status"] for goal in shown(row[0]).json["goals"]}

    assert {name: goals.get(name, NONE) for name in HEAD[1:]} == dict(zip(HEAD[1:], row[1:], strict=True))


def test_the_guide_lists_every_difference_that_nobody_told_of():
    """Each row is a difference that the command finds, with its judgement, and no other is found."""
    found = run("roadmap", "compare", STATES[0], STATES[2], "--updates", UPDATES, "--json").json
    silent = {
        (one["goal"] or NONE, one["field"]): one["asks"] for one in found["differences"] if one["mention"] == "nowhere"
    }

    assert {(goal, field): asks for goal, field, _, _, asks in table("silent")[1:]} == silent
