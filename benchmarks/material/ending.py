# SPDX-License-Identifier: Apache-2.0
"""How a benchmark ends: by its own exit code, and quietly where nobody reads on what it prints (`| head`)."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable
from typing import NoReturn


def end_with(main: Callable[[], int | None]) -> NoReturn:
    """Run `main` and end the process; what it had begun is cleared away even where its reader has left."""
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        if not _has_lost_its_reader(sys.stdout.fileno()):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is written to nobody
        code = 128 + signal.SIGPIPE
    sys.exit(code)


def _has_lost_its_reader(descriptor: int) -> bool:
    """Whether it is the output that broke, and not a connection of what is measured."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(events & select.POLLERR for _, events in poll.poll(0))
