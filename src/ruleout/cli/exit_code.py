# SPDX-License-Identifier: Apache-2.0
"""Exit codes, the same for every verb."""

from __future__ import annotations

from enum import IntEnum

from ruleout.model.outcome import Outcome


class ExitCode(IntEnum):
    """0 may go ahead or all is well; 1 stop, or a check failed; 2 usage or bad input; 3 hold; 4 a bug of ours."""

    OK = 0
    STOP = 1
    BAD_INPUT = 2
    HOLD = 3
    BUG = 4


def of_outcome(outcome: Outcome) -> ExitCode:
    """Return the exit code of an outcome."""
    if outcome.opens:
        return ExitCode.OK
    return ExitCode.HOLD if outcome is Outcome.HOLD else ExitCode.STOP
