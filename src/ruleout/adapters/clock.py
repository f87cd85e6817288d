# SPDX-License-Identifier: Apache-2.0
"""The only place that reads the clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant, aware, in UTC, to the second. Effect: reads the clock."""
    return datetime.now(UTC).replace(microsecond=0)
