# SPDX-License-Identifier: Apache-2.0
"""A call of a tool outside of a wire format: for tests of rules and for `ruleout tools judge`."""

from __future__ import annotations

from typing import NamedTuple


class Call(NamedTuple):
    """A tool and its arguments, JSON text."""

    name: str
    arguments: str
    whole: bool
