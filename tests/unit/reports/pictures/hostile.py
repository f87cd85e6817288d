# SPDX-License-Identifier: Apache-2.0
"""Texts that try to become markup, move what stands around them, or fill the page; and what a picture may not hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</text></svg><script>alert(1)</script>",
    "]]>&lt;![CDATA[",
    "javascript:alert(1)'\"",
    "\u202egnihtyreve\u202c\u2066x\u2069",
    "line\nbreak\r\x00\x1b[31m\ufffe",
    "e" + "\u0301" * 500,
    "x" * 5000,
    "{{datum.x}} ${y} datum['a']",
)
ALLOWED = {"svg", "g", "path", "text", "line", "rect", "tspan", "style", "defs", "clipPath", "title", "desc"}


def numbers_of(value: Any) -> Iterator[float]:
    """Every floating-point number inside a specification."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from numbers_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from numbers_of(item)


def faults_of_svg(svg: str) -> list[str]:
    """What makes a rendered picture more than a picture: elements that act, handlers, links, addresses."""
    root = ET.fromstring(svg)
    faults = []
    for element in root.iter():
        name = element.tag.partition("}")[2] or element.tag
        if name not in ALLOWED:
            faults.append(f"element {name}")
        faults += [f"attribute {key}" for key in element.attrib if key.lower().startswith("on") or "href" in key]
    if "\u202e" in svg or "\x1b" in svg:
        faults.append("a control character")
    return faults


def data_of(spec: Any) -> list[dict[str, Any]]:
    """Every row of inline data of a specification, in its order."""
    if isinstance(spec, dict):
        own = spec["values"] if set(spec) <= {"values", "format"} and isinstance(spec.get("values"), list) else []
        return [*own, *(row for item in spec.values() for row in data_of(item))]
    return [row for item in spec for row in data_of(item)] if isinstance(spec, list | tuple) else []
