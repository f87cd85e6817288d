# SPDX-License-Identifier: Apache-2.0
"""Framework and case files -> model: the shape of the files, their building and their checks. Pure."""

from __future__ import annotations

from ruleout.framework.case_build import case_digest
from ruleout.framework.parse import parse_case, parse_framework
from ruleout.framework.polarity import CautionException, caution_exceptions
from ruleout.framework.schema import json_schema

__all__ = ["CautionException", "case_digest", "caution_exceptions", "json_schema", "parse_case", "parse_framework"]
