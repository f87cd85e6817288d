# SPDX-License-Identifier: Apache-2.0
"""Clocks of laws and frameworks: an event and a limit -> a deadline, in a place's own calendar. Pure (A-3)."""

from __future__ import annotations

from ruleout.clocks.deadline import day_begins, deadline, earliest, notice

__all__ = ["day_begins", "deadline", "earliest", "notice"]
