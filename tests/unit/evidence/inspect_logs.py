# SPDX-License-Identifier: Apache-2.0
"""Builders of Inspect logs for tests: JSON parts, and a zip writer that can lie in every field."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import zstandard

from ruleout.evidence import memory_log, read_log
from ruleout.model.evidence import Measurement

STORED, DEFLATE, ZSTANDARD = 0, 8, 93


def sample(name: int | str, value: Any = "I", *, epoch: int = 1, scorer: str = "match", **more: Any) -> dict[str, Any]:
    score = {"value": value, "answer": "x", "explanation": "y", "history": []}
    return {
        "id": name,
        "epoch": epoch,
        "input": f"question {name}",
        "target": "answer",
        "messages": [],
        "output": {"model": "m", "choices": []},
        "scores": {scorer: score},
        "events": [{"event": "model", "nested": [[1, {"a": [2]}]]}],
        **more,
    }


def summary(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    error = of.get("error")
    row = {
        "id": of["id"],
        "epoch": of["epoch"],
        "input": of["input"],
        "target": of["target"],
        "scores": of.get("scores"),
        "error": error["message"] if isinstance(error, dict) else error,
        "completed": True,
    }
    return {**row, **more}


def header(ids: Sequence[int | str], *, epochs: int = 1, status: str = "success", **spec: Any) -> dict[str, Any]:
    return {
        "version": 2,
        "status": status,
        "eval": {
            "eval_id": "E",
            "run_id": "R",
            "created": "2026-01-10T10:00:00+00:00",
            "task": "task",
            "task_id": "T",
            "task_version": 0,
            "dataset": {"name": "d", "samples": len(ids), "sample_ids": list(ids), "shuffled": False},
            "model": "lab/model",
            "config": {"epochs": epochs, "epochs_reducer": ["mean"]},
            "packages": {"inspect_ai": "0.3.200"},
            "revision": {"type": "git", "origin": "o", "commit": "abc1234", "dirty": False},
            **spec,
        },
        "plan": {},
        "results": {
            "total_samples": len(ids) * epochs,
            "completed_samples": len(ids) * epochs,
            # A figure that nothing compares, since it is not known here what the samples hold.
            "scores": [{"name": "match", "scorer": "match", "metrics": {"stderr": {"name": "stderr", "value": 0.0}}}],
        },
        "stats": {"started_at": "2026-01-10T10:00:01+02:00", "completed_at": "2026-01-10T11:00:00+00:00"},
        "invalidated": False,
    }


def parts(samples: Sequence[dict[str, Any]], head: dict[str, Any] | None = None) -> dict[str, bytes]:
    """The members of a finished, honest log, in the order the tool writes them."""
    ids = list(dict.fromkeys(s["id"] for s in samples))
    head = head or header(ids, epochs=max((s["epoch"] for s in samples), default=1))
    members = {"_journal/start.json": dumps({"version": 2, "eval": head["eval"], "plan": {}})}
    members |= {f"samples/{s['id']}_epoch_{s['epoch']}.json": dumps(s) for s in samples}
    members["_journal/summaries/1.json"] = dumps([summary(s) for s in samples])
    members["summaries.json"] = dumps([summary(s) for s in samples])
    members["header.json"] = dumps(head)
    return members


def log(samples: Sequence[dict[str, Any]], head: dict[str, Any] | None = None, *, method: int = DEFLATE) -> bytes:
    return archive(parts(samples, head), method=method)


def unfinished(samples: Sequence[dict[str, Any]]) -> bytes:
    members = parts(samples)
    del members["header.json"], members["summaries.json"]
    return archive(members)


def read_one(data: bytes, *, name: str = "x", summaries_only: bool = False) -> Measurement:
    """The one measurement of a log of one file."""
    (measurement,) = read_log(memory_log(data, name), summaries_only=summaries_only)
    return measurement


def dumps(value: Any) -> bytes:
    return json.dumps(value).encode()


@dataclass
class Member:
    """One member as it is to be written; each field may be set to something untrue."""

    name: str
    content: bytes
    method: int = DEFLATE
    flags: int = 0
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    local: dict[str, Any] = field(default_factory=dict)
    zip64: bool = False
    offset: int | None = None
    disk: int = 0
    comment: bytes = b""


def archive(members: dict[str, bytes], *, method: int = DEFLATE) -> bytes:
    return write([Member(name=name, content=content, method=method) for name, content in members.items()])


def write(
    members: Sequence[Member],
    *,
    comment: bytes = b"",
    prefix: bytes = b"",
    zip64: bool = False,
    end: Callable[[list[int]], list[int]] = lambda fields: fields,
) -> bytes:
    """Write a zip. `end` may change the end record's fields: disk, first disk, here, count, size, offset, comment."""
    body = bytearray(prefix)
    directory = bytearray()
    for member in members:
        packed = pack(member.content, member.method) if member.packed is None else member.packed
        truth = {
            "name": member.name.encode(),
            "flags": member.flags,
            "method": member.method,
            "crc": zlib.crc32(member.content) if member.crc is None else member.crc,
            "packed": len(packed) if member.packed_size is None else member.packed_size,
            "size": len(member.content) if member.size is None else member.size,
        }
        offset = len(body) - len(prefix) if member.offset is None else member.offset
        directory += _central(truth, offset, zip64=member.zip64, disk=member.disk, comment=member.comment)
        body += _local({**truth, **member.local}, zip64=member.zip64) + packed
    at = len(body) - len(prefix)
    fields = end([0, 0, len(members), len(members), len(directory), at, len(comment)])
    body += directory
    if zip64:
        end_at = len(body)
        body += struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, fields[0], fields[1], *fields[2:6])
        body += struct.pack("<4sLQL", b"PK\x06\x07", 0, end_at, 1)
        fields = [0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, len(comment)]
    return bytes(body + struct.pack("<4s4H2LH", b"PK\x05\x06", *fields) + comment)


def pack(content: bytes, method: int) -> bytes:
    if method == DEFLATE:
        stream = zlib.compressobj(9, zlib.DEFLATED, -15)
        return stream.compress(content) + stream.flush()
    if method == ZSTANDARD:
        return zstandard.ZstdCompressor(write_content_size=False).compress(content)
    return content


def _local(truth: dict[str, Any], *, zip64: bool) -> bytes:
    sizes = (0xFFFFFFFF, 0xFFFFFFFF) if zip64 else (truth["packed"], truth["size"])
    extra = struct.pack("<HHQQ", 1, 16, truth["size"], truth["packed"]) if zip64 else b""
    name = truth["name"]
    head = struct.pack("<4s5H", b"PK\x03\x04", 20, truth["flags"], truth["method"], 0, 0)
    return head + struct.pack("<3L2H", truth["crc"], *sizes, len(name), len(extra)) + name + extra


def _central(truth: dict[str, Any], offset: int, *, zip64: bool, disk: int, comment: bytes) -> bytes:
    sizes = (0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF) if zip64 else (truth["packed"], truth["size"], offset)
    # An unknown extra field comes first: readers must step over it.
    wide = struct.pack("<HHQQQ", 1, 24, truth["size"], truth["packed"], offset)
    extra = struct.pack("<HH2s", 0x7777, 2, b"zz") + wide if zip64 else b""
    # Other versions than in the local header, as Inspect writes them.
    head = struct.pack("<4s6H", b"PK\x01\x02", 45, 45, truth["flags"], truth["method"], 0, 0)
    lengths = (len(truth["name"]), len(extra), len(comment))
    rest = struct.pack("<3L5H2L", truth["crc"], *sizes[:2], *lengths, disk, 0, 0, sizes[2])
    return head + rest + truth["name"] + extra + comment
