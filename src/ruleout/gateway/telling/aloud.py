# SPDX-License-Identifier: Apache-2.0
"""What is said on stderr while serving: lines of JSON, or of words where something begins, fails and holds again; never content.

Where stderr is a file on a full disk, what is said is lost, and nothing else is.
"""

from __future__ import annotations

import contextlib
import json
import sys
import traceback
from collections.abc import Mapping


def say(words: str) -> None:
    """Say one line. Effect: writes to stderr, if that takes it."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"ruleout gateway: {words}\n")
        sys.stderr.flush()


def say_bug(error: BaseException | None) -> None:
    """Say where a bug of ours was met. Effect: as `say`."""
    with contextlib.suppress(OSError):
        traceback.print_exception(error, file=sys.stderr)


def tell(what: Mapping[str, object]) -> None:
    """Say what happened. Effect: as `say`."""
    say(json.dumps(what))


def tell_change(fault: str, told: str, *, fails: str, holds: str) -> str:
    """Say that something fails and why, or that it holds again, unless that was said already; return the fault. Effect: as `say`.

    Args:
        fault: why it fails now, "" where it holds; `told` is what was returned the last time.
    """
    if fault and fault != told:
        say(f"{fails}: {fault}")
    elif told and not fault:
        say(holds)
    return fault
