# SPDX-License-Identifier: Apache-2.0
"""Time zones by name, from the pinned `tzdata` package and never from the system: the same rules on every machine."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # data only: nothing in it has a type

from ruleout.errors import RuleoutError

_NAME = re.compile(r"[A-Za-z]+(?:/[A-Za-z_]+){0,2}")


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return the rules of a time zone. Effect: reads the package's file, once.

    Args:
        name: IANA name, such as "America/Los_Angeles", or "UTC".

    Raises:
        RuleoutError: there is no such zone.
    """
    file = files(tzdata).joinpath("zoneinfo", *name.split("/")) if _NAME.fullmatch(name) else None
    if file is None or not file.is_file():
        hint = "Use an IANA name such as Europe/Brussels."
        raise RuleoutError(f"expected the name of a time zone, got {name[:60]!r}", hint=hint)
    with file.open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)
