# SPDX-License-Identifier: Apache-2.0
"""Workers' counters as files of one folder, and spans on their way to a collector (G-11)."""

from ruleout.adapters.monitoring.files import MOST_NAMES, keep_counters, read_counters, start_of

__all__ = ["MOST_NAMES", "keep_counters", "read_counters", "start_of"]
