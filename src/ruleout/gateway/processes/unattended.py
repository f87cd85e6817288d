# SPDX-License-Identifier: Apache-2.0
"""What processes beside the workers share: they end when told, and nobody is there to ask for a passphrase."""

from __future__ import annotations

import secrets
import signal
import threading
from types import FrameType

from ruleout.app.settings import from_environment
from ruleout.app.unlock import Keys
from ruleout.errors import KeyUnavailable
from ruleout.gateway.processes.parent import end_with_parent


def until_told() -> threading.Event:
    """Return what is set at SIGTERM, for a process of its own that ends with its master. Effect: handles signals.

    SIGHUP too: settings were reloaded, and the master starts it again, by these.
    """
    end_with_parent()
    over = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the master's, which ends its children in order
    return over


def machine_keys() -> Keys:
    """Return the keys that this process may unlock by its environment alone. Effect: reads the environment."""
    return Keys(settings=from_environment(), ask=_nobody, salt=lambda: secrets.token_urlsafe(16))


def _nobody(prompt: str) -> str:
    hint = "Give the key's seed or passphrase by the environment."
    raise KeyUnavailable(f"nobody is there to give the passphrase of {prompt!r}", hint=hint)
