# SPDX-License-Identifier: Apache-2.0
"""Hostile framework and case files: every one is refused with place and reason, in bounded time and memory.

Built by hand and by rule from the two base files under vectors/framework; mutations have a fixed seed. A mutation may
happen to be harmless (a letter of a comment); a file built to be hostile never is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from ruleout.accountability.duties import parse_duties
from ruleout.adapters.zones import zone_of
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import BadInput
from ruleout.framework import parse_case, parse_framework

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "vectors" / "framework"
BASES = {kind: (FOLDER / f"base-{kind}.yaml").read_bytes() for kind in ("framework", "case", "duties")}
PARSERS: dict[str, Any] = {
    "framework": parse_framework,
    "case": parse_case,
    "duties": partial(parse_duties, zone_of=zone_of),
}

CPU_S = 6.0
MEMORY_BYTES = 256 * 1024 * 1024
MUTATIONS = 300


class Hostile(NamedTuple):
    """One input: what it is, which parser reads it, and its bytes."""

    name: str
    kind: str
    data: bytes


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {key: replaced(item, rest, new) if key == step else item for key, item in value.items()}
    return [replaced(item, rest, new) if index == step else item for index, item in enumerate(value)]


def by_hand() -> Iterator[tuple[str, bytes]]:
    """Bombs and bytes that no parser of ours should take."""
    laughs = "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 12))
    yield "alias bomb", b"b0: &b0 [x, x, x]\n" + laughs.encode()
    yield "recursive alias", b"a: &a [*a]\n"
    yield "merge bomb", b"a: &a {x: 1}\nb: &b {<<: [*a, *a]}\nc: {<<: [*b, *b]}\n"
    for opener in ("[", "{", "- ", "? ", "[{a: ", "{a: ["):
        yield f"deep nesting with {opener!r}", (opener * 200_000).encode()[:1_000_000]
    yield "deep block mapping", "".join(" " * n + "a:\n" for n in range(1000)).encode()
    yield "a million commas", b"a: [" + b"," * 1_000_000 + b"]"
    yield "eighty thousand keys", ("{" + ", ".join(f"k{n}: 1" for n in range(80_000)) + "}").encode()
    yield "megabyte of one letter", b"a" * 1_000_000
    yield "megabyte of quotes", b'"' * 1_000_000
    yield "megabyte of spaces", b" " * 1_000_000
    yield "megabyte of escapes", b'a: "' + b"\\u0041" * 160_000 + b'"'
    yield "megabyte of invisible characters", ("a: " + "\u200b" * 300_000).encode()
    yield "megabyte of anchors", b"&a " * 300_000
    yield "megabyte of tags", b"a: [" + b"!!str x, " * 110_000 + b"]"
    yield "megabyte of directives", b"%A b\n" * 200_000
    yield "megabyte of documents", b"---\n" * 250_000
    yield "megabyte of complex keys", b"? [a]\n: b\n" * 100_000
    yield "more than a megabyte", b"a: 1\n" * 300_000
    yield "number of a million digits", b"a: " + b"9" * 1_000_000
    yield "number with a huge exponent", b"a: 1e999999999\n"
    yield "fraction of a million digits", b"a: 0." + b"1" * 1_000_000
    yield "python object", b"!!python/object/apply:os.system [id]\n"
    yield "python name", b"a: !!python/name:os.system\n"
    yield "binary tag", b"a: !!binary aGVsbG8=\n"
    yield "set", b"? a\n? b\n"
    yield "zip archive", b"PK\x03\x04" + bytes(200)
    yield "elf", b"\x7fELF" + bytes(200)
    yield "nul bytes", bytes(1000)
    yield "utf-16", "framework: x\n".encode("utf-16")
    yield "utf-32", "framework: x\n".encode("utf-32")
    yield "latin-1", "title: Übung\n".encode("latin-1")
    yield "overlong utf-8", b"a: \xc0\xaf\n"
    yield "surrogate in utf-8", b"a: \xed\xa0\x80\n"
    yield "unfinished utf-8", b"a: \xe2\x82"
    yield "json null", b"null"
    yield "only a number", b"1"
    yield "only a text", b"framework"
    yield "empty", b""


def by_edit(kind: str) -> Iterator[tuple[str, bytes]]:
    """The base with one hostile line more, or cut off, or doubled."""
    base = BASES[kind]
    for line in (
        "__proto__: {}",
        "constructor: x",
        "<<: {force: law}",
        "FORCE: law",
        "fоrce: law",
        "force\u200b: law",
        "!!str x: y",
        "*a : b",
    ):
        yield f"added {line!r}", base + line.encode() + b"\n"
    yield "bidirectional text", base + "note: \u202eevil\n".encode()
    yield "concatenated with itself", base + base
    yield "second document", base + b"---\n" + base
    yield "with a byte-order mark", b"\xef\xbb\xbf" + base
    yield "with old line ends and a control character", base.replace(b"\n", b"\r") + b"\x1b[2J"
    yield "in capitals", base.upper()
    yield "backwards", base[::-1]
    lines = base.splitlines(keepends=True)
    for part in range(1, 8):
        yield f"first {part} eighths, inside a flow", b"".join(lines[: len(lines) * part // 8]) + b"x: {"
        yield f"without its first {part} eighths", b"".join(lines[len(lines) * part // 8 :])


def by_value(kind: str) -> Iterator[tuple[str, bytes]]:
    """The base with one value replaced by something that fits nowhere."""
    document = read_yaml(BASES[kind], file=kind)
    unfitting: tuple[tuple[str, Any], ...] = (
        ("a list of lists", [[[]]]),
        ("an unknown mapping", {"hostile-field": [1]}),
        ("an endless text", "x" * 5000 + "\u00e9"),
    )
    for number, path in enumerate(document.spots):
        if path:
            name, new = unfitting[number % len(unfitting)]
            yield f"{name} at {path}", written(replaced(document.value, path, new)).encode()


def log_paths() -> Iterator[tuple[str, bytes]]:
    for path in (
        "/etc/passwd", "../x.eval", "a/../../x.eval", "..", ".", "./x", "a/./b", "~/x", "~root/x", "a\\b", "C:\\x", "c:x", "//host/x", "a//b",
        "file:///x", "http://x/y", "s3://x/y", "\\\\host\\x", "a/", " x", "x\ty", "$HOME/x", "`id`", "%2e%2e/x", "a/.ssh/x", "x|y", "x;y", "x*", "x?",
        "\uff0e\uff0e/x", "a\u2215b", "-rf", "", "é.eval",
    ):  # fmt: skip
        data = BASES["case"].decode().replace("log: logs/cyber.eval", f"log: {json.dumps(path, ensure_ascii=False)}")
        yield f"log path {path!r}", data.encode()


def deliberate() -> list[Hostile]:
    """Every file built to be hostile."""
    both = [Hostile(f"{kind}: {name}", kind, data) for kind in BASES for name, data in by_hand()]
    both += [Hostile(f"{kind}: {name}", kind, data) for kind in BASES for name, data in by_edit(kind)]
    both += [Hostile(f"{kind}: {name}", kind, data) for kind in BASES for name, data in by_value(kind)]
    return both + [Hostile(name, "case", data) for name, data in log_paths()]


def mutated(seed: int) -> Hostile:
    """A base with a few random bytes changed, dropped, doubled or swapped with others of its own."""
    random = Random(seed)
    kind = random.choice(sorted(BASES))
    data = bytearray(BASES[kind])
    for _ in range(random.randint(1, 4)):
        at, other = random.randrange(len(data)), random.randrange(len(data))
        match random.randrange(5):
            case 0:
                data[at] = random.randrange(256)
            case 1:
                del data[at : at + random.randint(1, 20)]
            case 2:
                data[at:at] = data[other : other + random.randint(1, 60)]
            case 3:
                data[at], data[other] = data[other], data[at]
            case _:
                data[at:at] = random.choice(
                    [b"{", b"[", b'"', b"&a ", b"*a ", b"!x ", b"\n", b": ", b"- ", b"#", b"1e9", b"\xe2\x80\xae"]
                )
    return Hostile(f"mutation {seed}", kind, bytes(data))


def refusal_of(hostile: Hostile) -> BadInput | None:
    """The refusal, or None where the file was accepted; anything else raised is a failure."""
    started = time.process_time()
    try:
        PARSERS[hostile.kind](hostile.data, file="hostile.yaml")
    except BadInput as refusal:
        return refusal
    finally:
        assert time.process_time() - started < CPU_S, hostile.name
    return None


def complaint_about(refusal: BadInput) -> str:
    """What is wrong with a refusal itself; empty if nothing is."""
    for problem in refusal.problems:
        where = problem.where
        if where.file != "hostile.yaml" or where.line < 1 or where.column < 1 or not where.path.startswith("$"):
            return f"no place: {where}"
        if not (problem.id and problem.expected and problem.got and problem.hint):
            return f"no reason: {problem}"
        if len(str(problem)) > 1000 or "\n" in str(problem):
            return f"no single line: {problem.id}"
    return "" if 1 <= len(refusal.problems) <= 201 else f"{len(refusal.problems)} problems"


def test_there_are_many_hostile_files() -> None:
    """Two hundred and more built on purpose."""
    files = deliberate()

    assert len(files) >= 200
    assert len({hostile.data for hostile in files if hostile.kind == "case"}) >= 200


def test_every_hostile_file_is_refused_with_place_and_reason() -> None:
    """None is accepted, none crashes, none takes long, and each says what is wrong and where."""
    verdicts = [(hostile.name, refusal_of(hostile)) for hostile in deliberate()]

    assert [name for name, refusal in verdicts if refusal is None] == []
    assert [(name, c) for name, refusal in verdicts if refusal is not None and (c := complaint_about(refusal))] == []


def test_mutated_files_are_refused_or_harmless() -> None:
    """A random change is refused with place and reason, or the file still parses; nothing else happens."""
    verdicts = [(seed, refusal_of(mutated(seed))) for seed in range(MUTATIONS)]
    refused = [(seed, refusal) for seed, refusal in verdicts if refusal is not None]

    assert [(seed, c) for seed, refusal in refused if (c := complaint_about(refusal))] == []
    assert len(refused) > MUTATIONS // 3


def test_cut_files_are_refused_or_harmless() -> None:
    """A file cut anywhere is no crash."""
    for kind, base in BASES.items():
        for end in range(0, len(base), 97):
            refusal = refusal_of(Hostile(f"{kind} cut at {end}", kind, base[:end]))
            assert refusal is None or complaint_about(refusal) == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a POSIX system to limit a child process's memory")
def test_hostile_files_stay_within_a_memory_bound() -> None:
    """A child process with little memory beyond its start refuses them all."""
    code = (
        "import importlib.util, resource, sys\n"
        "spec = importlib.util.spec_from_file_location('hostile', sys.argv[1])\n"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)\n"
        "files = module.deliberate()\n"
        "for kind, parse in module.PARSERS.items(): parse(module.BASES[kind], file='base')\n"
        "now = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        f"resource.setrlimit(resource.RLIMIT_AS, (now + {MEMORY_BYTES},) * 2)\n"
        "print(sum(module.refusal_of(hostile) is None for hostile in files))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, __file__], capture_output=True, text=True, check=False, timeout=300
    )

    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr[-2000:]
