# SPDX-License-Identifier: Apache-2.0
"""What an export writes: files, and an index that names each with its digest, what is lost, and what was left out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruleout.ledger.audience import Audience
from ruleout.ledger.holes import Hole, Standing
from ruleout.reports.interop.absent import hole_values
from ruleout.reports.interop.losses import LeftOut, Loss

INDEX = "index.json"
FORMAT = "ruleout-interop/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One file: its name in the folder, its bytes, what it is, and the index of the entry it tells of, if of one."""

    name: str
    data: bytes
    what: str
    entry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A finished export.

    Attributes:
        format: its name; origin, size, root: of the log at the checkpoint it was made from (root in hex).
        audience: for whom it is; signed_by: id of the key that signed its envelopes or receipts, "" for none.
        holes: what this audience does not see of the entries that are told.
    """

    format: str
    audience: Audience
    origin: str
    size: int
    root: str
    signed_by: str
    files: Sequence[Written]
    lost: Sequence[Loss]
    left_out: Sequence[LeftOut]
    holes: Sequence[Hole] = ()

    def unexplained(self) -> tuple[str, ...]:
        """Return the entries of which something is withheld without a reason, in order of name. Pure."""
        return tuple(sorted({hole.entry for hole in self.holes if hole.standing is Standing.WITHHELD}))

    def index(self) -> dict[str, Any]:
        """Return what is written as `index.json` and shown by `--json`. Pure."""
        return {
            "format": FORMAT,
            "as": self.format,
            "audience": self.audience.value,
            "log": {"origin": self.origin, "size": self.size, "root": self.root},
            "signed_by": self.signed_by or None,
            "files": [_file(one) for one in self.files],
            "lost": [{"id": one.id, "says": one.says} for one in self.lost],
            "left_out": [{"what": one.what, "why": one.why} for one in self.left_out],
            "holes": hole_values(self.holes),
        }


def _file(one: Written) -> dict[str, Any]:
    digest = hashlib.sha256(one.data).hexdigest()
    return {"name": one.name, "what": one.what, "entry": one.entry, "bytes": len(one.data), "sha256": digest}


def json_bytes(value: Any) -> bytes:
    """Return JSON that people can read, in the order given, with a last newline. Pure: same value, same bytes."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
