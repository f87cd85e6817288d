# SPDX-License-Identifier: Apache-2.0
"""How large things are: modules, functions, classes, parameters, nesting, `try` bodies.

`measure` turns source text into sizes; `LIMITS` holds the hard stops of STYLE.md; `exceptions` reads the reasoned
exceptions out of STYLE.md's own table. Judging is in test_architecture.py.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

#: Hard stops. Larger needs a reasoned line in STYLE.md.
LIMITS = {
    "module lines": 500,
    "function lines": 60,
    "positional parameters": 6,
    "parameters": 8,
    "class lines": 250,
    "nesting": 4,
    "try lines": 5,
    "modules": 15,
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """One measured size: what is measured, how large it is, and of what."""

    measure: str
    value: int
    subject: str

    @property
    def is_over(self) -> bool:
        """Whether it passes the hard stop."""
        return self.value > LIMITS[self.measure]


def count_modules(subjects: Iterable[str]) -> Iterator[Size]:
    """Yield how many modules stand in each folder, without the one that only marks a package."""
    paths = [PurePosixPath(subject) for subject in subjects]
    folders = Counter(path.parent.as_posix() for path in paths if path.name != "__init__.py")
    yield from (Size("modules", count, folder) for folder, count in folders.items())


def measure(subject: str, source: str) -> Iterator[Size]:
    """Yield every size found in one file; `subject` is its path, and parts are named `path::function`."""
    yield Size("module lines", len(source.splitlines()), subject)
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function):
            yield from _function(f"{subject}::{node.name}", node, lines)
        elif isinstance(node, ast.ClassDef):
            yield Size("class lines", node.end_lineno - node.lineno + 1, f"{subject}::{node.name}")
    yield from _tries(subject, ast.parse(source), lines)


def _function(name: str, node: Function, lines: list[str]) -> Iterator[Size]:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    signature = node.body[0].lineno - node.lineno or 1
    yield Size("function lines", signature + (_span(body, lines) if body else 0), name)
    own = [a for a in [*node.args.posonlyargs, *node.args.args] if a.arg not in ("self", "cls")]
    yield Size("positional parameters", len(own), name)
    yield Size("parameters", len(own) + len(node.args.kwonlyargs), name)
    yield Size("nesting", max((_depth(statement) for statement in node.body), default=0), name)


def _tries(name: str, parent: ast.AST, lines: list[str]) -> Iterator[Size]:
    """Each `try`, named by the innermost function it stands in."""
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.Try):
            yield Size("try lines", _span(node.body, lines), name)
        inner = f"{name.partition('::')[0]}::{node.name}" if isinstance(node, Function) else name
        yield from _tries(inner, node, lines)


def _span(body: list[ast.stmt], lines: list[str]) -> int:
    """Lines of code from the first statement to the last; blank and comment lines do not count."""
    span = lines[body[0].lineno - 1 : body[-1].end_lineno]
    return sum(1 for line in span if line.strip() and not line.strip().startswith("#"))


def _depth(node: ast.AST) -> int:
    """How deeply blocks nest; an `elif` is as deep as its `if`, and a nested function is measured by itself."""
    if isinstance(node, (*Function.__args__, ast.ClassDef, ast.Lambda)):
        return 0
    inner = max((_depth(child) for child in _inside(node)), default=0)
    beside = max((_depth(child) for child in _elif(node)), default=0)
    return max(inner + isinstance(node, _BLOCKS), beside)


def _elif(node: ast.AST) -> list[ast.stmt]:
    chained = isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
    return node.orelse if chained else []


def _inside(node: ast.AST) -> list[ast.AST]:
    beside = _elif(node)
    return [child for child in ast.iter_child_nodes(node) if child not in beside]


def exceptions(style: str) -> dict[tuple[str, str], tuple[int, str]]:
    """Return {(subject, measure): (granted size, reason)} from the table under "Size exceptions" in STYLE.md."""
    section = style.partition("## Size exceptions")[2].partition("\n## ")[0]
    rows = [[cell.strip().strip("`") for cell in line.split("|")[1:-1]] for line in section.splitlines() if "|" in line]
    return {(row[0], row[1]): (int(row[2]), row[3]) for row in rows[2:]}
