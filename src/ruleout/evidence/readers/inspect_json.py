# SPDX-License-Identifier: Apache-2.0
"""Inspect's `.json` logs: one JSON text holding header and samples (E-1).

There are no summaries to compare with, so there is only one way to read it; the aggregates are still compared.
"""

from __future__ import annotations

import msgspec

from ruleout.evidence.json_text import decode
from ruleout.evidence.limits import DEFAULT_LIMITS, Limits
from ruleout.evidence.readers.inspect_checks import result_problems
from ruleout.evidence.readers.inspect_header import LogText, first_score, measurement
from ruleout.evidence.readers.inspect_rows import attempt_of_sample
from ruleout.evidence.readers.inspect_shape import JsonLogShape
from ruleout.model.evidence import Measurement

FORMAT = "inspect-json"
_DECODER = msgspec.json.Decoder(JsonLogShape)


def is_json_log(head: bytes, _name: str) -> bool:
    """Return whether the first bytes look like an Inspect log in JSON: an object that soon speaks of an eval. Pure."""
    return head.lstrip().startswith(b"{") and b'"eval"' in head


def read_json_log(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Measurement:
    """Return the measurement of a log.

    Pure.

    Raises:
        UnreadableLog: bad-json, wrong-shape or too-large.

    Source: E-1, E-2.
    """
    log = decode(data, _DECODER, log=name, part="the log")
    score = first_score(log.results)
    attempts = [attempt_of_sample(sample, first_score=score) for sample in log.samples or []]
    text = LogText(data=data, name=name, format=FORMAT, limits=limits)
    return measurement(text, log, attempts, problems=tuple(result_problems(log, attempts)))
