# SPDX-License-Identifier: Apache-2.0
"""The import contracts, the purity of the core, the head of each file and the size limits; each also seen to fail."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from tests import architecture_rules as rules
from tests.code_sizes import LIMITS, Size, count_modules, exceptions, measure

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "ruleout"
CORE = (
    "errors", "model", "documents", "framework", "evidence", "stats", "clocks", "engine", "ledger", "estimates",
    "analysis", "accountability", "policy", "serving",
)  # fmt: skip
#: The core without the one package that may use floats.
DECIDING = tuple(name for name in CORE if name != "estimates")
LAYERS = (*CORE, "adapters", "app", "cli", "reports", "gateway", "web", "testing")
#: Where a caught `Exception` becomes an exit code, where it becomes a refusal, and two places beside the serving where it is
#: counted and opens nothing: what a bundle in shadow or Cedar itself would say.
OUTERMOST = (
    "cli/main.py", "gateway/worker.py", "gateway/comparing/rechecking.py", "gateway/comparing/shadowing.py",
)  # fmt: skip

MODULES = sorted(SOURCE.rglob("*.py"))
SCRIPTS = sorted([*(ROOT / "tools").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")])
DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "shared"}
#: What must be held in the head at once, with the most lines it may have.
CORES = {
    "the combination rule": (("engine/remedies.py", "engine/evaluate.py", "engine/explain.py"), 500),
    "the proofs": (tuple(f"ledger/{m}.py" for m in ("merkle", "tile", "note", "checkpoint", "signing")), 850),
}


def faults_of(rule: Callable[[str], list[str]], paths: list[Path]) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {fault}" for path in paths for fault in rule(path.read_text("utf-8"))]


def in_core(path: Path) -> bool:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py") in CORE


# --- import contracts -------------------------------------------------------------------------------------------------


def package(folder: Path, imports: dict[str, str]) -> Path:
    """Write an empty package per layer below `folder`; `imports` maps a layer to the module it imports."""
    for name in (*LAYERS, *(set(imports) - set(LAYERS))):
        home = folder / "ruleout" / name
        home.mkdir(parents=True)
        line = f"import {imports[name]}\n" if imports.get(name) else ""
        (home / "__init__.py").write_text(line, "utf-8")
    (folder / "ruleout" / "__init__.py").write_text("", "utf-8")
    return folder


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import linter with the repository's contracts over the package below `folder`."""
    code = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
    options = ["--config", str(ROOT / ".importlinter"), "--no-cache", "--no-logo"]
    return subprocess.run(
        [sys.executable, "-c", code, *options],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_source_keeps_every_import_contract():
    """The tree as it stands breaks no layer and no purity contract."""
    result = lint_imports(ROOT / "src")

    assert result.returncode == 0, result.stdout + result.stderr


def test_a_package_without_imports_keeps_every_contract(tmp_path):
    """The negative tests below fail for their imports, not for the way their package is written."""
    result = lint_imports(package(tmp_path, {}))

    assert result.returncode == 0, result.stdout + result.stderr


UPWARD = [
    ("errors", "model"),
    ("model", "documents"),
    ("documents", "framework"),
    ("framework", "engine"),
    ("stats", "ledger"),
    ("engine", "adapters"),
    ("estimates", "analysis"),
    ("ledger", "reports"),
    ("adapters", "app"),
    ("app", "cli"),
    ("ledger", "policy"),
    ("app", "gateway"),
    ("gateway", "cli"),
]
SIDEWAYS = [
    ("engine", "ledger"),
    ("policy", "accountability"),
    ("ledger", "engine"),
    ("estimates", "engine"),
    ("estimates", "ledger"),
    ("framework", "evidence"),
    ("evidence", "stats"),
    ("adapters", "reports"),
    ("serving", "policy"),
    ("web", "testing"),
]


@pytest.mark.parametrize(("importer", "imported"), [*UPWARD, *SIDEWAYS])
def test_an_import_up_or_sideways_is_refused(tmp_path, importer, imported):
    """A layer that imports one above or beside it breaks the build."""
    result = lint_imports(package(tmp_path, {importer: f"ruleout.{imported}"}))

    assert result.returncode == 1
    assert f"ruleout.{importer} is not allowed to import ruleout.{imported}" in " ".join(result.stdout.split())


def test_a_package_that_no_layer_names_is_refused(tmp_path):
    """A new folder must be given its place before anything is put into it."""
    result = lint_imports(package(tmp_path, {"misc": ""}))

    assert result.returncode == 1
    assert "ruleout.misc" in result.stdout


@pytest.mark.parametrize(
    ("title", "layer", "imported"),
    [
        *[("The core has no effects", layer, "os") for layer in CORE],
        ("The core has no effects", "model", "random"),
        ("The core has no effects", "engine", "time"),
        ("The core has no effects", "ledger", "pathlib"),
        ("The core has no effects", "evidence", "subprocess"),
        ("Nothing that decides uses floating-point libraries", "stats", "scipy.stats"),
        ("Nothing that decides uses floating-point libraries", "engine", "numpy"),
        ("Parsing ends where the model begins", "engine", "yaml"),
        ("Parsing ends where the model begins", "ledger", "pydantic"),
        ("Parsing ends where the model begins", "estimates", "yaml"),
        *[("Nothing that decides imports estimates", layer, "ruleout.estimates") for layer in DECIDING],
        ("Only an adapter talks to Cedar", "policy", "cedarpy"),
        ("Only an adapter talks to Cedar", "app", "cedarpy"),
        ("Only the command line talks to the terminal", "app", "rich.table"),
        ("Only the command line talks to the terminal", "estimates", "rich.progress"),
        ("Only the command line talks to the terminal", "adapters", "typer"),
    ],
)
def test_an_import_that_a_layer_may_not_have_is_refused(tmp_path, title, layer, imported):
    """Each contract about outside modules is broken on purpose, and says which it is."""
    result = lint_imports(package(tmp_path, {layer: imported}))

    assert result.returncode == 1
    assert f"{title} BROKEN" in result.stdout


def test_estimates_may_use_floats(tmp_path):
    """The border runs around what decides; behind it numpy and scipy are welcome."""
    result = lint_imports(package(tmp_path, {"estimates": "numpy"}))

    assert result.returncode == 0, result.stdout + result.stderr


def test_an_effect_behind_another_module_is_refused(tmp_path):
    """The core may not reach the clock through a module of ours either."""
    folder = package(tmp_path, {"engine": "ruleout.model.hidden"})
    (folder / "ruleout" / "model" / "hidden.py").write_text("import time\n", "utf-8")

    result = lint_imports(folder)

    assert "ruleout.engine is not allowed to import time" in " ".join(result.stdout.split())


# --- one file ---------------------------------------------------------------------------------------------------------

HEAD = rules.SPDX + '\n"""Holds a thing."""\n'
BROKEN = [
    (rules.head_faults, '"""No licence line."""\n', "line 1: expected the SPDX line"),
    (rules.head_faults, rules.SPDX + "\nx = 1\n", "expected a module docstring"),
    (rules.effect_calls, "open('x')\n", "line 1: open()"),
    (rules.effect_calls, "print('x')\n", "line 1: print()"),
    (rules.effect_calls, "def f():\n    return eval('1')\n", "line 2: eval()"),
    (rules.effect_calls, "import io\nio.open('x')\n", "line 2: io.open()"),
    (rules.effect_calls, "p.read_text()\n", "line 1: read_text()"),
    (rules.broad_handlers, "try:\n    f()\nexcept:\n    pass\n", "line 3: bare except"),
    (rules.broad_handlers, "try:\n    f()\nexcept Exception:\n    pass\n", "line 3: except Exception"),
    (
        rules.broad_handlers,
        "try:\n    f()\nexcept (KeyError, BaseException):\n    pass\n",
        "line 3: except KeyError, BaseException",
    ),
    (rules.asserts, "def f(x):\n    assert x\n", "line 2: assert"),
    (rules.undocumented, "def f():\n    return 1\n", "line 1: f"),
    (rules.undocumented, 'class C:\n    """A class."""\n\n    def m(self):\n        return 1\n', "line 4: C.m"),
    (rules.late_imports, "def f():\n    import json\n", "line 2: import"),
]
KEPT = [
    (rules.head_faults, HEAD),
    (rules.head_faults, "#!/usr/bin/env python3\n" + HEAD),
    (rules.effect_calls, "import re\nre.compile('x')\nvalue.open_gate()\n"),
    (rules.broad_handlers, "try:\n    f()\nexcept (KeyError, ValueError):\n    pass\n"),
    (rules.asserts, "def f(x):\n    if x:\n        raise AssertionError('entry without index')\n"),
    (
        rules.undocumented,
        'def f():\n    """Does."""\n    def g():\n        return 1\n\nclass _C:\n    def m(self):\n        return 1\n',
    ),
    (rules.late_imports, "import json\n"),
]


@pytest.mark.parametrize(("rule", "source", "fault"), BROKEN)
def test_each_rule_finds_what_it_forbids(rule, source, fault):
    """A guard must be seen to fail: each rule reports the fault planted for it, and nothing else."""
    assert rule(source) == [fault]


@pytest.mark.parametrize(("rule", "source"), KEPT)
def test_each_rule_leaves_what_it_allows(rule, source):
    """A rule that reports everything would be ignored."""
    assert rule(source) == []


def test_every_module_starts_with_its_licence_and_says_what_it_holds():
    """The head of each file is one licence line and a docstring."""
    assert faults_of(rules.head_faults, [*MODULES, *SCRIPTS]) == []


def test_the_core_opens_no_file_and_prints_nothing():
    """Core packages take bytes and values and return values."""
    core = [path for path in MODULES if in_core(path)]

    assert len(core) > len(CORE)
    assert faults_of(rules.effect_calls, core) == []


def test_only_the_outermost_handler_catches_everything():
    """No verdict, no answer and no proof comes out of a caught bug."""
    inner = [path for path in MODULES if path.relative_to(SOURCE).as_posix() not in OUTERMOST]

    assert faults_of(rules.broad_handlers, inner) == []


def test_no_check_hangs_on_an_assert_statement():
    """What `python -O` removes checks nothing."""
    assert faults_of(rules.asserts, MODULES) == []


def test_everything_public_is_documented():
    """A public function, class or method says what its types cannot."""
    assert faults_of(rules.undocumented, MODULES) == []


def test_no_import_hides_in_a_function_of_the_core():
    """An import inside a function hides a cycle, and the cycle is the bug."""
    assert faults_of(rules.late_imports, [path for path in MODULES if in_core(path)]) == []


# --- sizes ------------------------------------------------------------------------------------------------------------


def granted() -> dict[tuple[str, str], tuple[int, str]]:
    return exceptions((ROOT / "STYLE.md").read_text("utf-8"))


def is_command(size: Size) -> bool:
    """Whether a count of parameters is that of a command, whose parameters are its options."""
    return size.subject.startswith("src/ruleout/cli/") and "parameters" in size.measure


@cache
def sizes() -> list[Size]:
    """Of every module and script."""
    paths = [*MODULES, *SCRIPTS]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}
    return [*count_modules(texts), *(size for subject, text in texts.items() for size in measure(subject, text))]


def too_large(found: list[Size], allowed: dict[tuple[str, str], tuple[int, str]]) -> list[str]:
    return [
        f"{s.subject}: {s.value} {s.measure}, hard stop {LIMITS[s.measure]}"
        for s in found
        if s.is_over and not is_command(s) and s.value > allowed.get((s.subject, s.measure), (0, ""))[0]
    ]


def five_worst(found: list[Size], what: str) -> str:
    worst = sorted((s for s in found if s.measure == what), key=lambda s: -s.value)[:5]
    return f"{what} (stop {LIMITS[what]}): " + ", ".join(f"{s.value} {s.subject}" for s in worst)


def test_nothing_passes_its_hard_stop_without_a_reason():
    """Modules, functions, classes, parameters, nesting and `try` bodies stay small; the five worst are printed."""
    found = sizes()
    for what in LIMITS:
        print(five_worst(found, what))

    assert too_large(found, granted()) == []


def test_every_size_exception_has_a_reason_and_is_still_needed():
    """An exception that nothing uses any more is removed, or it would cover the next one."""
    found = {(s.subject, s.measure) for s in sizes() if s.is_over}

    for key, (_, reason) in granted().items():
        assert reason, key
        assert key in found, key


PADDING = "\n".join(f"    x = {n}" for n in range(61))
NESTED = "def f(a):\n    for b in a:\n        if b:\n            for c in b:\n                if c:\n                    while d:\n                        g()\n"
TRY = "try:\n" + "".join(f"    f({n})\n" for n in range(6)) + "except KeyError:\n    pass\n"


@pytest.mark.parametrize(
    ("what", "source"),
    [
        ("module lines", "x = 1\n" * 501),
        ("function lines", f"def f():\n{PADDING}\n"),
        ("positional parameters", "def f(a, b, c, d, e, g, h):\n    return a\n"),
        ("parameters", "def f(*, a, b, c, d, e, g, h, i, j):\n    return a\n"),
        ("class lines", "class C:\n" + "    x = 1\n" * 251),
        ("nesting", NESTED),
        ("try lines", TRY),
    ],
)
def test_each_size_limit_refuses_what_passes_it(what, source):
    """Each hard stop is seen to stop something, and an exception for that one thing lets it pass."""
    found = [s for s in measure("m.py", source) if s.measure == what]
    over = [s for s in found if s.is_over]

    assert len(too_large(found, {})) == 1
    assert too_large(found, {(over[0].subject, what): (over[0].value, "because")}) == []


def test_a_command_may_have_many_options_and_nothing_else_may():
    """The parameters of a command are its options; its length and nesting count as everywhere."""
    options = "def command(a, b, c, d, e, g, h, i, j):\n    return a\n"
    found = [*measure("src/ruleout/cli/x.py", options), *measure("src/ruleout/cli/y.py", NESTED)]

    assert [fault.partition(":")[0] for fault in too_large(found, {})] == ["src/ruleout/cli/y.py"]


def test_a_crowded_package_is_refused():
    """Sixteen modules in a folder are one too many; what only marks a package does not count."""
    crowd = ["p/__init__.py", *(f"p/m{n}.py" for n in range(16)), *(f"q/m{n}.py" for n in range(15))]

    assert too_large(list(count_modules(crowd)), {}) == ["p: 16 modules, hard stop 15"]


def test_an_elif_is_as_deep_as_its_if():
    """A chain of alternatives is flat, however long it is."""
    chain = "def f(a):\n    if a == 1:\n        g()\n" + "".join(
        f"    elif a == {n}:\n        g()\n" for n in range(2, 9)
    )

    assert [s.value for s in measure("m.py", chain) if s.measure == "nesting"] == [1]


def test_a_docstring_costs_no_function_lines():
    """Explaining a function does not make it long."""
    source = 'def f():\n    """Say.\n\n    Much.\n    """\n    return 1\n'

    assert [s.value for s in measure("m.py", source) if s.measure == "function lines"] == [2]


def drawers(paths: list[Path]) -> list[str]:
    return [p.as_posix() for p in paths if DRAWERS & {part.removesuffix(".py") for part in p.parts}]


def test_no_module_is_a_drawer():
    """A name that says nothing of its content collects everything."""
    assert drawers([path.relative_to(ROOT) for path in MODULES]) == []


def test_a_drawer_is_found():
    """Both a module and a package can be one."""
    paths = [Path("src/ruleout/utils/x.py"), Path("src/ruleout/cli/common.py"), Path("src/ruleout/model/case.py")]

    assert drawers(paths) == ["src/ruleout/utils/x.py", "src/ruleout/cli/common.py"]


@pytest.mark.parametrize("core", CORES)
def test_each_core_can_be_held_in_the_head(core):
    """What decides, and what proves, stays under the lines that STYLE.md allows it in all."""
    names, most = CORES[core]
    lines = sum(len((SOURCE / name).read_text("utf-8").splitlines()) for name in names)

    assert lines <= most
