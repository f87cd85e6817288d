# SPDX-License-Identifier: Apache-2.0
"""A span: what a collector of traces is told of one request (G-11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Value = str | int | tuple[str, ...]


class Span(NamedTuple):
    """One request: 16 and 8 bytes of ids, instants in ns since 1970, attributes, whether it failed by us or upstream."""

    trace: bytes
    span: bytes
    name: str
    start_ns: int
    end_ns: int
    attributes: Mapping[str, Value]
    is_error: bool = False
