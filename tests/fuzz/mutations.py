# SPDX-License-Identifier: Apache-2.0
"""Mutations of logs that know their structure: bytes, JSON, lines, zip members, tables, and the set of files.

Every function takes a `random.Random`, so that a seed and a number give the same input again.
"""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import zstandard
from tests.unit.evidence import inspect_logs

Files = dict[str, bytes]

#: Put into JSON as they stand; not all of them are JSON.
TOKENS = (
    b"NaN", b"Infinity", b"-Infinity", b"null", b"true", b"false", b"0", b"-0.0", b"-1", b"1.5", b"1e999", b"-1e400",
    b"1e-400", b"2", b"200001", b"1999999", b"1000000001", b"9223372036854775808", b"-9223372036854775809", b"1" * 400,
    b"1" * 5000, b"1e5", b'""', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\u0000"', b'"\\u202e\\n"', b'"C"', b'"I"', b'"refusal"',
    b'"usageLimits"', b'"ruleout:number:nan"', b"[]", b"{}", b"[[]]", b'{"":{}}', b"[null]", b'["a","a"]', b"0x1", b"+1", b".5",
    b"'a'", b"[1,]", b'{"a":1,"a":2}', b'"2026-01-01"', b'"9999-12-31T23:59:59-23:59"', b"253402300800", b'"\xff\xfe"',
    b'"\xed\xa0\x80"', b"[" * 2000 + b"]" * 2000, b'{"a":' * 300 + b"1" + b"}" * 300, b"[" * 100_000, b'"' + b"x" * 70_000 + b'"',
)  # fmt: skip
SNIPPETS = (
    b"\x00", b"\xff", b"\xef\xbb\xbf", b'"', b"\\", b"\\u", b"[", b"]", b"{", b"}", b",", b":", b"\n", b"\r\n", b"\r", b" " * 3000,
    b'""', b"=1+1", b"\xd1\x81", b"\xe2\x80\x8b", b"a,b", b'"\n"', b"NaN", b"\t", b"\x1a", b"\x85", b"\xe2\x80\xa8", b"-", b"9" * 400,
)  # fmt: skip


def mutated(files: Files, other: Files, rng: random.Random) -> Files:
    """Return the files after one to four mutations; `other` is what may be spliced in."""
    found = dict(files)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        if rng.random() < 0.04:
            _mutate_set(found, rng)
        name = rng.choice(list(found))
        found[name] = _mutate_file(found[name], other.get(name, rng.choice(list(other.values()))), rng)
    return found


def _mutate_set(files: Files, rng: random.Random) -> None:
    names = list(files)
    if len(names) < 2:
        return
    one, two = rng.sample(names, 2)
    match rng.randrange(3):
        case 0 if one != names[0]:
            del files[one]
        case 1:
            files[one], files[two] = files[two], files[one]
        case _:
            files[one] = b""


def _mutate_file(data: bytes, other: bytes, rng: random.Random) -> bytes:
    roll = rng.random()
    if data.startswith(b"PK") and roll < 0.8:
        return _mutate_zip(data, rng)
    if data[:1] in {b"{", b"["} and roll < 0.75:
        return _mutate_json(data, rng)
    return rng.choice(BYTES)(data, other, rng)


# Bytes


def _flip(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data or b"x")
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _truncate(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _cut_out(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:start] + data[end:]


def _repeat(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[start:end] * rng.choice((1, 1, 2, 20)) + data[end:] if end - start < 5000 else data


def _splice(data: bytes, other: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _insert(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(SNIPPETS) + data[at:]


def _overwrite(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    at, snippet = rng.randrange(len(data) + 1), rng.choice(SNIPPETS)
    return data[:at] + snippet + data[at + len(snippet) :]


BYTES: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _flip, _truncate, _cut_out, _repeat, _splice, _insert, _overwrite,
)  # fmt: skip


# JSON


def _mutate_json(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    whole = _parsed(data)
    if whole is not None:
        return _mutate_value(whole, rng)
    at = rng.randrange(len(lines))
    value = _parsed(lines[at])
    if value is not None:
        match rng.randrange(8):
            case 0:
                lines.insert(at, lines[at])
            case 1:
                del lines[at]
            case _:
                lines[at] = _mutate_value(value, rng)
    return b"\n".join(lines)


def _parsed(data: bytes) -> Any:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _mutate_value(value: Any, rng: random.Random) -> bytes:
    """Change one or two places in a value and write it, with what JSON has no value for put in as text."""
    texts: dict[str, bytes] = {}
    for _ in range(rng.choice((1, 1, 2))):
        places = _places(value)
        if not places:
            break
        holder, key = rng.choice(places)
        _change(holder, key, places, texts, rng)
    written = json.dumps(value, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    for mark, text in texts.items():
        written = written.replace(f'"{mark}"'.encode(), text)
    return written


def _places(value: Any) -> list[tuple[Any, Any]]:
    found, left = [], [value]
    while left:
        holder = left.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        found += [(holder, key) for key in keys]
        left += [holder[key] for key in keys if isinstance(holder[key], dict | list)]
    return found


def _change(holder: Any, key: Any, places: list[tuple[Any, Any]], texts: dict[str, bytes], rng: random.Random) -> None:
    mark = f"@{len(texts)}-{rng.randrange(10**6)}@"
    match rng.randrange(7):
        case 0:
            del holder[key]
        case 1:
            other, other_key = rng.choice(places)
            holder[key] = json.loads(
                json.dumps(other.get(other_key) if isinstance(other, dict) else _at(other, other_key))
            )
        case 2 if isinstance(holder, dict):
            # The name once more, with another value: readers differ on which one counts.
            holder[key + mark] = holder[key]
            texts[key + mark] = json.dumps(key).encode()
        case 3 if isinstance(holder, list):
            holder.extend([holder[key]] * rng.choice((1, 2, 50)))
        case 4 if isinstance(holder, dict):
            holder[rng.choice(("", "x" * 300, "a\n", key.upper(), "__proto__"))] = holder.pop(key)
        case _:
            holder[key] = mark
            texts[mark] = rng.choice(TOKENS)


def _at(values: list[Any], index: int) -> Any:
    return values[index] if index < len(values) else None


# Zip


# `inspect_ai`, where it is loaded, teaches the standard library zstandard, whose errors then come out too.
_ARCHIVE_ERRORS = (
    zipfile.BadZipFile, zlib.error, zstandard.ZstdError, struct.error, RuntimeError, ValueError, OSError, EOFError, KeyError,
)  # fmt: skip


def _members(data: bytes) -> dict[str, bytes]:
    """Return what the standard library reads of an archive; nothing where it gives up, as on zstandard."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 4 * 2**20:
                return {}
            return {name: archive.read(name) for name in archive.namelist()}
    except _ARCHIVE_ERRORS:
        return {}


def _mutate_zip(data: bytes, rng: random.Random) -> bytes:
    """Write an archive anew with one member changed, its checksum right, so that the change reaches the JSON."""
    members = _members(data)
    if not members:
        return rng.choice(BYTES)(data, data, rng)
    name = rng.choice(list(members))
    match rng.randrange(10):
        case 0:
            del members[name]
        case 1:
            members[rng.choice(list(members))] = members[name]
        case 2:
            members[name + rng.choice(("x", "/..", "\n", ".json"))] = members[name]
        case _:
            members[name] = _mutate_file(members[name], members[rng.choice(list(members))], rng)
    methods = (inspect_logs.STORED, inspect_logs.DEFLATE, inspect_logs.DEFLATE, inspect_logs.ZSTANDARD)
    return inspect_logs.archive(members, method=rng.choice(methods))
