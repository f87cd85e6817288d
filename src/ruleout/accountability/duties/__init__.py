# SPDX-License-Identifier: Apache-2.0
"""Duties of laws and frameworks on one calendar: what is due, from what, to whom, and what is absent. Pure (A-3, L-9)."""

from __future__ import annotations

from ruleout.accountability.duties.absent import absent_entries, unstarted
from ruleout.accountability.duties.calendar import HOLD_EVENTS, calendar_of
from ruleout.accountability.duties.framework_regime import decision_event, in_force_event, regime_of
from ruleout.accountability.duties.keeping import Kept, kept_things
from ruleout.accountability.duties.parse import parse_cadence, parse_duties

__all__ = [
    "HOLD_EVENTS", "Kept", "absent_entries", "calendar_of", "decision_event", "in_force_event", "kept_things",
    "parse_cadence", "parse_duties", "regime_of", "unstarted",
]  # fmt: skip
