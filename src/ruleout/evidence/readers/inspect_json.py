# SPDX-License-Identifier: Apache-2.0
"""Inspect's `.json` logs: one JSON text holding header and samples (E-1).

Samples are read one at a time, so memory is bounded by the largest. There are no summaries to compare with, so there is
only one way to read it; the aggregates are still compared.
"""

from __future__ import annotations

import msgspec

from ruleout.evidence.json_stream import members, object_of
from ruleout.evidence.json_text import decode
from ruleout.evidence.limits import DEFAULT_LIMITS, Limits
from ruleout.evidence.readers.inspect_parts.checks import result_problems
from ruleout.evidence.readers.inspect_parts.header import first_score, measurement
from ruleout.evidence.readers.inspect_parts.rows import attempt_of_sample, scores_of_sample
from ruleout.evidence.readers.inspect_parts.shape import HeaderShape, SampleShape
from ruleout.evidence.readers.stated import check_count
from ruleout.evidence.source import Log, pieces
from ruleout.model.evidence import Attempt, Measurement

FORMAT = "inspect-json"
_SAMPLES = "samples"
_NONE = b"null"

_HEADER_DECODER = msgspec.json.Decoder(HeaderShape)
_SAMPLE_DECODER = msgspec.json.Decoder(SampleShape)


def is_json_log(head: bytes, _log: Log) -> bool:
    """Return whether the first bytes look like an Inspect log in JSON: an object that soon speaks of an eval. Pure."""
    return head.lstrip().startswith(b"{") and b'"eval"' in head


def read_json_log(log: Log, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Measurement, ...]:
    """Return the measurement of a log.

    Raises:
        UnreadableLog: bad-json, truncated, wrong-shape or too-large.

    Source: E-1, E-2.
    """
    header, attempts, begun, nameless = _read(log, limits, first_score="")
    if nameless:
        # The oldest logs name a sample's score in the results, which may stand behind the samples: read them again.
        header, attempts, begun, _ = _read(log, limits, first_score=first_score(header.results))
    problems = tuple(result_problems(header, attempts))
    return (measurement(log, header, attempts, format_name=FORMAT, limits=limits, problems=problems, begun=begun),)


def _read(log: Log, limits: Limits, *, first_score: str) -> tuple[HeaderShape, list[Attempt], list[str | None], bool]:
    """Return header, attempts, when each says it began, and whether a sample's score has no name."""
    nameless = False
    attempts: list[Attempt] = []
    begun: list[str | None] = []
    head: list[tuple[str, bytes]] = []
    for name, value in members(pieces(log.main.source), streamed=_SAMPLES, log=log.name, part="the log"):
        if name != _SAMPLES:
            head.append((name, value))
        elif value != _NONE:
            sample = decode(value, _SAMPLE_DECODER, log=log.name, part=f"sample {len(attempts) + 1}")
            nameless |= sample.score is not None
            attempts.append(attempt_of_sample(sample, scores_of_sample(sample, first_score=first_score)))
            begun.append(sample.started_at)
            check_count(log.name, len(attempts), limits.attempts)
    return decode(object_of(head), _HEADER_DECODER, log=log.name, part="the log"), attempts, begun, nameless
