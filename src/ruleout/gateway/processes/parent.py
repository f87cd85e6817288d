# SPDX-License-Identifier: Apache-2.0
"""A process of a gateway ends with the master that started it: nothing serves unseen after a master that was killed (G-6)."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal

from ruleout.errors import RuleoutError

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent() -> None:
    """See to it that the system kills this process once its parent has ended. Effect: as said; Linux.

    Raises:
        RuleoutError: the parent has ended already, or the system does not know such a wish.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise RuleoutError(f"prctl failed: {os.strerror(ctypes.get_errno())}", hint="A gateway runs on Linux.")
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:
        raise RuleoutError("the gateway's master has ended", hint="Start the gateway again.")
