# SPDX-License-Identifier: Apache-2.0
"""The wheel that people install: what is in it, that it runs without the checkout, and that the lock files agree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from email.parser import HeaderParser
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "ruleout"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

#: Pinned exactly by a dependency that hands out part of it: declaring it too could only contradict.
COMES_WITH = {"pydantic-core": "pydantic"}

IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
wheel, libraries = sys.argv[1:]
sys.path[:0] = [wheel]
sys.path.append(libraries)
import ruleout
for module in pkgutil.walk_packages(ruleout.__path__, "ruleout."):
    importlib.import_module(module.name)
    assert sys.modules[module.name].__file__.startswith(wheel), module.name
print(len([name for name in sys.modules if name.startswith("ruleout.")]))
"""
HELP = """
import sys
wheel, libraries = sys.argv[1:]
sys.path[:0] = [wheel]
sys.path.append(libraries)
from ruleout.cli.main import main
sys.exit(main(["--help"]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from this checkout by the pinned backend, without network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)

    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory) -> Path:
    """The wheel's files, as an installation has them."""
    folder = tmp_path_factory.mktemp("site")
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files_below(folder: Path) -> set[str]:
    """Relative paths of the files below a folder, without what the interpreter caches."""
    found = (p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {p.relative_to(folder).as_posix() for p in found}


def run_isolated(code: str, unpacked: Path) -> subprocess.CompletedProcess[str]:
    """Run code with nothing of this checkout on the path: the unpacked wheel, then the installed libraries."""
    arguments = [str(unpacked), sysconfig.get_path("purelib")]
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *arguments],
        cwd=unpacked,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_wheel_holds_every_module_and_its_types(unpacked):
    """Nothing of the package is left behind, and type checkers may use it."""
    packed = files_below(unpacked / "ruleout")

    assert "py.typed" in packed
    assert files_below(SOURCE) <= packed


def test_the_wheel_holds_the_shipped_frameworks_and_the_public_record(unpacked):
    """An installation has the encodings and the public cases, byte for byte."""
    for shipped, source in (
        ("frameworks", "frameworks"),
        ("criteria", "criteria"),
        ("jurisdictions", "jurisdictions"),
        ("landscape", "landscape"),
        ("publications", "publications"),
        ("examples/public-record", "examples/public-record"),
        ("examples/demo", "examples/demo"),
    ):
        installed, original = unpacked / "ruleout" / "shipped" / shipped, ROOT / source

        assert any(name.endswith(".yaml") for name in files_below(original))
        assert files_below(original) == files_below(installed)
        for name in files_below(original):
            assert (original / name).read_bytes() == (installed / name).read_bytes(), name


def test_the_wheel_holds_nothing_else(unpacked):
    """No tests, tools, benchmarks or caches are installed on anyone's machine."""
    assert {path.name.partition("-")[0] for path in unpacked.iterdir()} == {"ruleout"}
    extra = files_below(unpacked / "ruleout") - files_below(SOURCE)

    assert {name for name in extra if not name.startswith("shipped/")} == set()


def test_the_wheel_carries_licence_and_command(unpacked):
    """The licence text, the command's name and the least Python version are in the metadata."""
    (info,) = unpacked.glob("*.dist-info")
    metadata = HeaderParser().parsestr((info / "METADATA").read_text("utf-8"))

    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert (info / "licenses" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert "ruleout = ruleout.cli.main:run" in (info / "entry_points.txt").read_text("utf-8")


def test_the_package_alone_can_be_imported(unpacked):
    """`import ruleout` needs nothing but the wheel."""
    code = "import sys; sys.path[:] = [sys.argv[1], *sys.path]; import ruleout; print(ruleout.__file__)"

    result = run_isolated(code, unpacked)

    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(unpacked / "ruleout" / "__init__.py")


def test_every_module_can_be_imported_from_the_wheel(unpacked):
    """No module reaches back into the checkout."""
    result = run_isolated(IMPORT_EVERYTHING, unpacked)

    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= len([p for p in SOURCE.rglob("*.py") if p.name != "__init__.py"])


def test_the_command_answers_from_the_wheel(unpacked):
    """The installed command line explains itself."""
    result = run_isolated(HELP, unpacked)

    assert result.returncode == 0, result.stderr
    assert "Usage" in result.stdout


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    return {normal(re.split(r"[<>=!~ \[;]", requirement)[0]) for requirement in PROJECT["dependencies"]}


def imported_tops(folder: Path) -> set[str]:
    """Top-level modules that the source imports and that are neither ours nor Python's."""
    tops = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                tops |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                tops.add(node.module.partition(".")[0])
    return tops - {"ruleout"} - sys.stdlib_module_names


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    """A minimal installation runs, and asks for nothing that is not used."""
    providers = packages_distributions()
    used = {normal(providers[top][0]) for top in imported_tops(SOURCE)}

    assert declared() == {COMES_WITH.get(name, name) for name in used}


def test_an_undeclared_import_is_seen(tmp_path):
    """The reading of imports finds a library wherever it is imported."""
    (tmp_path / "m.py").write_text(
        "import os\nfrom ruleout import errors\n\ndef f():\n    import numpy.linalg\n", "utf-8"
    )

    assert imported_tops(tmp_path) == {"numpy"}


def pinned(name: str) -> dict[str, str]:
    """Package to version and marker of one lock file."""
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==(.+?)\s*\\$", text, re.MULTILINE))


def test_the_lock_files_agree_and_name_no_address():
    """The tour installs a subset of what the tests install, at the same versions, from wherever the machine is set up."""
    run, everything = pinned("requirements-run.lock"), pinned("requirements.lock")

    assert declared() <= set(run)
    assert {name: everything.get(name) for name in run} == run
    for name in ("requirements-run.lock", "requirements.lock"):
        assert "://" not in (ROOT / name).read_text("utf-8")
