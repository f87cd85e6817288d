# SPDX-License-Identifier: Apache-2.0
"""Hooks: classifiers and monitors that are asked while serving, and what counts as their answer (G-9). Pure."""

from ruleout.serving.hooks.hold_back import HoldBack
from ruleout.serving.hooks.question import Question, Stage
from ruleout.serving.hooks.verdict import Verdict, denied_by, parse_verdict, verdict_of_header

__all__ = ["HoldBack", "Question", "Stage", "Verdict", "denied_by", "parse_verdict", "verdict_of_header"]
