# SPDX-License-Identifier: Apache-2.0
"""Evidence that counts no more: how a measurement says so, and how it looked before anybody said anything (A-12).

The end is a field, because a determination that relies on ended evidence is void (D-3), and a problem, because
whoever asks only whether a measurement may be used must get the same answer (E-5).
"""

from __future__ import annotations

from dataclasses import replace

from ruleout.model.evidence import Measurement


def end(measurement: Measurement, because: str) -> Measurement:
    """Return the measurement as one that counts no more; one that already ended keeps its first reason. Pure."""
    if measurement.ended or not because:
        return measurement
    return replace(measurement, ended=because, problems=(*measurement.problems, because))


def as_read(measurement: Measurement) -> Measurement:
    """Return the measurement as its log gave it, without what a record has said of it since. Pure."""
    problems = tuple(problem for problem in measurement.problems if problem != measurement.ended)
    return replace(measurement, ended="", problems=problems, rulings=())
