# SPDX-License-Identifier: Apache-2.0
"""Log bytes -> measurements -> honest denominators. Pure: bytes come in, values go out (E-1 to E-6).

Second station of the flow: what it makes is counted by `stats` and judged by `engine`.
"""

from ruleout.evidence.accept import accept, tally
from ruleout.evidence.readers import READERS, group_files, read_log
from ruleout.evidence.source import Log, MemorySource, Part, Source, memory_log

__all__ = [
    "READERS",
    "Log",
    "MemorySource",
    "Part",
    "Source",
    "accept",
    "group_files",
    "memory_log",
    "read_log",
    "tally",
]
