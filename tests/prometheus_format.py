# SPDX-License-Identifier: Apache-2.0
"""A strict reader of Prometheus's text format 0.0.4, written from its description, not from ours."""

from __future__ import annotations

import re

_SAMPLE = re.compile(
    r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? ([0-9.]+|\+Inf)'
)
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"')


def parse(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every sample; raises ValueError for a line, an order or a histogram that Prometheus would refuse."""
    if not text.endswith("\n"):
        raise ValueError("no newline at the end")
    types: dict[str, str] = {}
    found: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    current = ""
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if name in types:
                raise ValueError(f"{name} in two groups")
            types[name], current = kind, name
            continue
        match = _SAMPLE.fullmatch(line)
        if match is None:
            raise ValueError(f"not a sample: {line!r}")
        base = re.sub(r"_(bucket|sum|count)$", "", match[1]) if types[current] == "histogram" else match[1]
        if base != current:
            raise ValueError(f"{match[1]} outside of its group")
        key = (match[1], tuple(_LABEL.findall(match[2] or "")))
        if key in found:
            raise ValueError(f"{key} twice")
        found[key] = float(match[3].replace("+Inf", "inf"))
    _check_histograms(types, found)
    return found


def _check_histograms(types, found) -> None:
    for name in (name for name, kind in types.items() if kind == "histogram"):
        series: dict[tuple, list[tuple[float, float]]] = {}
        for (sample, labels), value in found.items():
            if sample == f"{name}_bucket":
                rest = tuple(pair for pair in labels if pair[0] != "le")
                series.setdefault(rest, []).append((float(dict(labels)["le"].replace("+Inf", "inf")), value))
        for labels, buckets in series.items():
            values = [value for _, value in buckets]
            if buckets != sorted(buckets) or values != sorted(values) or buckets[-1][0] != float("inf"):
                raise ValueError(f"{name}{labels}: buckets out of order")
            if found[f"{name}_count", labels] != values[-1] or (f"{name}_sum", labels) not in found:
                raise ValueError(f"{name}{labels}: count and buckets differ")
