# SPDX-License-Identifier: Apache-2.0
"""Inspect's `.json` logs: one JSON text holding header and samples (E-1).

There are no summaries to compare with, so there is only one way to read it; the aggregates are still compared.
"""

from __future__ import annotations

import msgspec

from ruleout.evidence.json_text import decode
from ruleout.evidence.limits import DEFAULT_LIMITS, Limits
from ruleout.evidence.readers.inspect_checks import result_problems
from ruleout.evidence.readers.inspect_header import first_score, measurement
from ruleout.evidence.readers.inspect_rows import attempt_of_sample
from ruleout.evidence.readers.inspect_shape import JsonLogShape
from ruleout.evidence.source import Log, whole
from ruleout.model.evidence import Measurement

FORMAT = "inspect-json"
_DECODER = msgspec.json.Decoder(JsonLogShape)


def is_json_log(head: bytes, _log: Log) -> bool:
    """Return whether the first bytes look like an Inspect log in JSON: an object that soon speaks of an eval. Pure."""
    return head.lstrip().startswith(b"{") and b'"eval"' in head


def read_json_log(log: Log, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Measurement, ...]:
    """Return the measurement of a log.

    Raises:
        UnreadableLog: bad-json, wrong-shape or too-large.

    Source: E-1, E-2.
    """
    text = decode(whole(log.main.source), _DECODER, log=log.name, part="the log")
    score = first_score(text.results)
    attempts = [attempt_of_sample(sample, first_score=score) for sample in text.samples or []]
    problems = tuple(result_problems(text, attempts))
    return (measurement(log, text, attempts, format_name=FORMAT, limits=limits, problems=problems),)
