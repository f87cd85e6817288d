# SPDX-License-Identifier: Apache-2.0
"""Evaluations files -> which task stands for which evaluation, and whether it is the run that an indicator requires."""

from __future__ import annotations

from ruleout.framework.runs.parse import EvaluationsFile, parse_evaluations, unmet_demands

__all__ = ["EvaluationsFile", "parse_evaluations", "unmet_demands"]
