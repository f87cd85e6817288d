# SPDX-License-Identifier: Apache-2.0
"""Documents are executed and followed: the tour runs, links lead somewhere, clauses are cited, verbs are described."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests import document_rules as rules

from ruleout.cli.main import VERBS

ROOT = Path(__file__).resolve().parents[1]
IGNORED = {
    ".venv",
    ".git",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
    "dist",
}


def repository() -> list[Path]:
    """Every text file of the repository: what git knows or would add, or all files where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        return [p for p in ROOT.rglob("*") if p.is_file() and not IGNORED & set(p.relative_to(ROOT).parts)]
    return [p for name in listed.stdout.splitlines() if (p := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """The text of a file, "" for one that is none."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


FILES = repository()
PAGES = [path for path in FILES if path.suffix == ".md"]
SPECIFICATION = sorted((ROOT / "docs" / "spec").glob("[!R]*.md"))


# --- the tour ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    """A folder as a reader of the README has it: the examples, the frameworks and the tools of a checkout."""
    folder = tmp_path_factory.mktemp("tour")
    for name in ("examples", "frameworks", "tools"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def run_step(step: rules.Step, folder: Path) -> subprocess.CompletedProcess[str]:
    """Type one command of the tour in `folder`, with the installed command line."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", step.command],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", "NO_COLOR": "1", "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def verbs_of_makefile() -> set[str]:
    return {line.partition(":")[0] for line in text_of(ROOT / "Makefile").splitlines() if ":" in line and "##" in line}


def test_the_readme_is_true(workspace):
    """Every command of the README's tour runs, with the exit code and the lines that the README shows."""
    steps = rules.tour_of(text_of(ROOT / "README.md"))
    folder = workspace

    assert steps, "README.md: expected a ```console block after <!-- tour -->"
    for step in steps:
        verb, *rest = step.command.split()
        if verb == "cd":
            folder = folder / rest[0]
        elif verb == "make":
            assert set(rest) <= verbs_of_makefile(), step.command
        else:
            result = run_step(step, folder)
            output = result.stdout + result.stderr

            assert result.returncode == step.exit_code, f"$ {step.command}\n{output}"
            assert rules.missing_lines(step.shows, output) == [], f"$ {step.command}\n{output}"


TOUR = "text\n<!-- tour -->\n```console\n$ true\n$ echo a   b; exit 3  # exit 3\na … \n```\n"


def test_a_tour_is_read_as_commands_with_what_they_show():
    """A marked block gives its commands in order; what stands below one is what it shows."""
    steps = rules.tour_of(TOUR)

    assert steps == (rules.Step("true", 0, ()), rules.Step("echo a   b; exit 3", 3, ("a … ",)))


def test_a_block_without_the_mark_is_not_a_tour():
    """Only what is marked is executed."""
    assert rules.tour_of("```console\n$ false\n```\n") == ()


def test_a_tour_step_that_fails_is_seen(workspace):
    """A wrong exit code and a line that is not printed both show."""
    result = run_step(rules.Step("echo here; exit 3", 0, ("there",)), workspace)

    assert result.returncode == 3
    assert rules.missing_lines(("there", "here", "h…e"), result.stdout) == ["there"]


# --- links, numbers, clauses, verbs -----------------------------------------------------------------------------------


def page_beside(page: Path):
    """How links of a page are followed: a path to the text of its target, None where there is none."""

    def follow(path: str) -> str | None:
        target = page if not path else page.parent / path
        return (text_of(target) if target.is_file() else "") if target.exists() else None

    return follow


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    """Every link into the repository has a file at its end, and a heading where it names one."""
    assert rules.broken_links(text_of(page), page_beside(page)) == []


def test_a_link_that_leads_nowhere_is_found():
    """A missing file, a missing heading; not an address, and not what stands in code."""
    text = "# Here\n[a](gone.md) [b](#there) [c](#here) [d](https://example.org/x) `[e](gone.md)`\n```\n[f](gone.md)\n```\n"

    assert rules.broken_links(text, lambda path: None if path else text) == ["gone.md", "#there"]


def test_decision_records_are_numbered_without_a_gap():
    """Records run from 0001, and each number is used once."""
    names = [path.name for path in (ROOT / "docs" / "adr").glob("*.md")]

    assert len(names) > 1
    assert rules.numbering_faults(names) == []


@pytest.mark.parametrize("names", [("0001-a.md", "0003-b.md"), ("0001-a.md", "0001-b.md"), ("0002-a.md",)])
def test_a_gap_in_the_numbers_is_found(names):
    """A gap, a number used twice, and a late start are faults."""
    assert len(rules.numbering_faults(names)) == 1


@pytest.mark.parametrize("page", SPECIFICATION, ids=lambda p: p.name)
def test_every_clause_has_a_status(page):
    """A reader of the specification always learns whether the tool does it."""
    found = rules.clauses(text_of(page))

    assert found
    assert [name for name, status in found.items() if not status] == []


def test_every_implemented_clause_is_cited():
    """What the specification calls implemented is named by code or by a test."""
    statuses = {name: status for page in SPECIFICATION for name, status in rules.clauses(text_of(page)).items()}
    implemented = [name for name, status in statuses.items() if status != "not yet implemented"]
    mine = {Path(__file__), ROOT / "tests" / "document_rules.py"}
    sources = [
        text_of(p) for folder in ("src", "tests", "tools") for p in (ROOT / folder).rglob("*.py") if p not in mine
    ]

    assert implemented
    assert rules.uncited(implemented, sources) == []


def test_a_clause_without_status_or_citation_is_found():
    """The reading of a page and the search for citations can both fail."""
    page = "## X-1 One\n\nStatus: implemented.\n\n## X-2 Two\n\nText.\n\n## X-3 Three\n\nStatus: not yet implemented.\n"

    assert rules.clauses(page) == {"X-1": "implemented", "X-2": "", "X-3": "not yet implemented"}
    assert rules.uncited(["X-1", "X-2"], ["Source: X-1, X-12."]) == ["X-2"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_of_the_command_line_is_described(verb):
    """Each verb has a heading in the reference."""
    page = ROOT / "docs" / "reference" / "cli.md"
    if not page.exists():
        pytest.skip("docs/reference/cli.md is not written yet")
    reference = text_of(page)

    assert any(f"ruleout {verb}" in line for line in reference.splitlines() if line.startswith("#")), verb


# --- what may stand nowhere -------------------------------------------------------------------------------------------


def test_nothing_names_a_machine_a_package_host_or_how_the_work_is_organised():
    """The repository reads the same wherever it lies and whoever wrote it."""
    found = [f"{path.relative_to(ROOT)}: {fault}" for path in FILES for fault in rules.forbidden(text_of(path))]

    assert found == []


@pytest.mark.parametrize(
    "text",
    ["see /wor" + "k/x", "in /ro" + "ot/.cache", "at https://py" + "pi.org/simple", "ask the integ" + "rator"],
)
def test_what_may_stand_nowhere_is_found(text):
    """Each kind of forbidden text is seen."""
    assert len(rules.forbidden(text)) == 1


@pytest.mark.parametrize(
    "text", ["framework/x", "docs/" + "work/x", "a rooted tree", "https://example.org/" + "work/x"]
)
def test_what_only_looks_alike_is_left(text):
    """A folder called work is no path of a machine."""
    assert rules.forbidden(text) == []
