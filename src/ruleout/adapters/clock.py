# SPDX-License-Identifier: Apache-2.0
"""The only place that reads the clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant, aware, in UTC, to the second. Effect: reads the clock."""
    return datetime.now(UTC).replace(microsecond=0)


def seconds() -> float:
    """Return seconds since some fixed point, never going back: for rates and waiting. Effect: reads the clock."""
    return time.monotonic()
