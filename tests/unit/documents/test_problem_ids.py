# SPDX-License-Identifier: Apache-2.0
"""Every problem id has its meaning and its section in the manual."""

from __future__ import annotations

import re
from pathlib import Path

from ruleout.documents.problem_ids import PROBLEM_IDS

ROOT = Path(__file__).parents[3]
MANUAL = ROOT / "docs" / "reference" / "problems.md"
PACKAGES = tuple(
    ROOT / "src" / "ruleout" / name for name in ("documents", "framework", "accountability", "app", "policy", "serving")
)


def sections() -> dict[str, str]:
    parts = re.split(r"^### ([YSFCMRQGIKJWNPVBT][0-9]{3}): ", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_id_has_a_section_and_every_section_an_id() -> None:
    """The manual lists exactly the ids that exist, in order."""
    assert list(PROBLEM_IDS) == list(sections())


def test_every_section_has_the_meaning_an_example_and_a_remedy() -> None:
    """Each begins with the id's meaning, shows an example and says what to do."""
    for id_, text in sections().items():
        assert text.startswith(PROBLEM_IDS[id_] + "\n"), id_
        assert "Example: " in text, id_
        assert "Do: " in text, id_


def test_every_id_in_the_code_is_listed() -> None:
    """No problem is raised under an id that the list lacks."""
    source = "".join(path.read_text(encoding="utf-8") for folder in PACKAGES for path in folder.rglob("*.py"))

    assert set(re.findall(r'"([YSFCMRQGIKJWNPVBT][0-9]{3})"', source)) == set(PROBLEM_IDS)
