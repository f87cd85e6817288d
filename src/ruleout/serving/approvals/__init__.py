# SPDX-License-Identifier: Apache-2.0
"""Calls of tools that wait for a person: what is asked, and which answer counts for exactly it (G-4). Pure."""

from ruleout.serving.approvals.answer import Answered, Said, answer_bytes, judge_answer
from ruleout.serving.approvals.asking import Asking, asking_bytes, asking_digest, call_digest, parse_asking

__all__ = [
    "Answered",
    "Asking",
    "Said",
    "answer_bytes",
    "asking_bytes",
    "asking_digest",
    "call_digest",
    "judge_answer",
    "parse_asking",
]
