# SPDX-License-Identifier: Apache-2.0
"""What the house rules say of one source file: pure functions from text to faults.

Each takes source text and returns one line per fault, so that a test can show each rule both kept and broken. Applied
to the tree by test_architecture.py. Sizes are in code_sizes.py.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

SPDX = "# SPDX-License-Identifier: Apache-2.0"

#: Built-in functions that reach outside, run text as code, or talk to a person.
_EFFECTS = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint", "exit", "quit"})
#: Methods by which files are reached without the built-in `open`.
_FILE_METHODS = frozenset({"read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "glob", "rglob", "mkdir"})
_BROAD = frozenset({"Exception", "BaseException"})

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def head_faults(source: str) -> list[str]:
    """Whether the file starts with the licence line (after a `#!`, if any) and says in a docstring what it holds."""
    lines = source.splitlines()
    first = lines[1:2] if source.startswith("#!") else lines[:1]
    faults = [] if first == [SPDX] else ["line 1: expected the SPDX line"]
    return faults if ast.get_docstring(ast.parse(source)) else [*faults, "expected a module docstring"]


def effect_calls(source: str) -> list[str]:
    """Calls of built-ins and methods by which a pure module would reach outside."""
    return [f"line {call.lineno}: {name}()" for call in _calls(source) if (name := _effect(call))]


def _calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def _effect(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) if name in _EFFECTS:
            return name
        case ast.Attribute(value=ast.Name(id="io"), attr="open" | "FileIO" | "open_code" as name):
            return f"io.{name}"
        case ast.Attribute(attr=name) if name in _FILE_METHODS:
            return name
    return ""


def broad_handlers(source: str) -> list[str]:
    """`except:`, `except Exception:` and `except BaseException:`: they turn our own bugs into answers."""
    handlers = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler))
    return [f"line {h.lineno}: {_caught(h)}" for h in handlers if _is_broad(h)]


def _names(handler: ast.ExceptHandler) -> list[ast.expr]:
    if handler.type is None:
        return []
    return list(handler.type.elts) if isinstance(handler.type, ast.Tuple) else [handler.type]


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or any(isinstance(n, ast.Name) and n.id in _BROAD for n in _names(handler))


def _caught(handler: ast.ExceptHandler) -> str:
    return "except " + ", ".join(ast.unparse(n) for n in _names(handler)) if handler.type else "bare except"


def asserts(source: str) -> list[str]:
    """Statements that vanish under `python -O`: no check of data may hang on one."""
    return [f"line {node.lineno}: assert" for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert)]


def undocumented(source: str) -> list[str]:
    """Public functions, classes and methods that no docstring explains."""
    return [
        f"line {node.lineno}: {name}" for name, node in _public("", ast.parse(source)) if not ast.get_docstring(node)
    ]


def _public(prefix: str, parent: ast.AST) -> Iterator[tuple[str, Definition]]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(f"{node.name}.", node)


def late_imports(source: str) -> list[str]:
    """Imports inside functions: a cycle broken by hiding it."""
    functions = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    inside = (node for function in functions for node in ast.walk(function))
    return [f"line {node.lineno}: import" for node in inside if isinstance(node, ast.Import | ast.ImportFrom)]
