# SPDX-License-Identifier: Apache-2.0
"""`ruleout check` knows evaluations files, alone and in a workspace."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.integration.command_line import ROOT

from ruleout.app.check import check_files
from ruleout.app.workspace import Workspace, declare, lay_out

EXAMPLE = ROOT / "examples" / "evaluate"


def workspace(folder: Path) -> Workspace:
    made = Workspace(root=folder, origin="lab.example/record", producer="lab")
    lay_out(made)
    declare(made)
    return made


def test_an_evaluations_file_is_told_by_its_first_field():
    """Sound where it is; there is no lint for it."""
    (checked,) = check_files([EXAMPLE / "evaluations.yaml"], None)

    assert (checked.kind, checked.is_sound, checked.findings) == ("evaluations", True, ())


def test_a_defect_of_an_evaluations_file_is_shown(tmp_path):
    """With its place, as in every file."""
    path = tmp_path / "evaluations.yaml"
    path.write_text("evaluations:\n  Suite: {task: ../suite.py@suite}\n", "utf-8")
    (checked,) = check_files([path], None)

    assert [(p.id, p.where.line, p.where.column) for p in checked.problems] == [("R001", 2, 17)]


def test_a_workspace_is_checked_with_its_evaluations_and_without_lines_to_paste(tmp_path):
    """Lines that lie beside a log are a piece of a case and no file of their own."""
    made = workspace(tmp_path)
    shutil.copy(EXAMPLE / "evaluations.yaml", made.root)
    shutil.copy(EXAMPLE / "case.yaml", made.cases)
    (made.cases / "logs").mkdir()
    (made.cases / "logs" / "clerk.case.yaml").write_text('  - evaluation: "Clerk suite"\n', "utf-8")
    kinds = {Path(one.file).name: one.kind for one in check_files(None, made)}

    assert kinds == {"case.yaml": "case", "evaluations.yaml": "evaluations", "ruleout.toml": "workspace"}
