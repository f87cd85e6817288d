# SPDX-License-Identifier: Apache-2.0
"""What a new statement of a file changes: path by path, old and new (A-2, A-4, A-6)."""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.documents.places import path_text
from ruleout.documents.yaml_text import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that differs: its path in the file, and both values as text; "" where there is none."""

    path: str
    old: str
    new: str


def changes(old: bytes, new: bytes) -> tuple[Change, ...]:
    """Return what differs between two statements of one file, in order of the paths. Pure.

    Raises:
        BadInput: one of them is not YAML.
    """
    before, after = _leaves(read_yaml(old, file="before").value), _leaves(read_yaml(new, file="after").value)
    paths = sorted(before.keys() | after.keys())
    return tuple(
        Change(path=path, old=before.get(path, ""), new=after.get(path, ""))
        for path in paths
        if before.get(path) != after.get(path)
    )


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> dict[str, str]:
    """Every value that holds no others, by path; depth is bounded by the reader."""
    if isinstance(value, dict):
        return {p: text for key, item in value.items() for p, text in _leaves(item, (*path, key)).items()}
    if isinstance(value, list):
        return {p: text for index, item in enumerate(value) for p, text in _leaves(item, (*path, index)).items()}
    return {path_text(path): str(value)}
