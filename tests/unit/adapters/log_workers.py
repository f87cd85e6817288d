# SPDX-License-Identifier: Apache-2.0
"""Work for processes in tests: functions a fresh process can import, some of which die."""

from __future__ import annotations

import os
import signal
import time

from ruleout.adapters.logs.found import FoundFile, FoundLog
from ruleout.adapters.logs.orders import Answer, Order
from ruleout.errors import LedgerError


def order(name: str) -> Order:
    """An order for a log that is not there."""
    file = FoundFile(path=name, shown=name, name=name, size=1, identity=name)
    return Order(log=FoundLog(files=(file,), named=True))


def act(given: Order) -> Answer:
    """Do what the log's name says: answer, answer late, die, raise."""
    name = given.log.shown
    if name.startswith("slow"):
        time.sleep(0.3)
    if name.startswith("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("raise"):
        raise ZeroDivisionError(name)
    if name.startswith("disk"):
        raise LedgerError("the disk failed", hint="Look.")
    return Answer(digest=name)
