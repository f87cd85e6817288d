# SPDX-License-Identifier: Apache-2.0
"""Two plain values -> where they differ, path by path. It knows no field by name, so a field added later is compared.

Entries of a list are told apart by their `id` where they have one, by their text otherwise; the order of entries and of
keys does not count. What only one side has differs as a whole: what stands inside is not listed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruleout.model.plain import plain

_PERIOD = frozenset({"years", "months", "days"})
#: What an entry of a list is called by, first what it has.
_NAMES = ("title", "says", "words", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One place where two values differ.

    Attributes:
        path: keys from the root.
        was: plain value on the older side; None where there is nothing.
        now: plain value on the newer side.
    """

    path: tuple[str, ...]
    was: Any
    now: Any

    @property
    def field(self) -> str:
        """The path as text, keys joined by dots."""
        return ".".join(self.path)


def differing(old: object, new: object) -> tuple[Branch, ...]:
    """Return where two values differ, in the newer one's order. Pure.

    Args:
        old, new: values that `plain` takes.
    """
    return tuple(_differing((), plain(old), plain(new)))


def is_nothing(value: object) -> bool:
    """Whether a plain value says nothing: none, no text, no entry. Pure."""
    return value is None or value in ("", [], {})


def entry_of(value: Any, key: str) -> Any:
    """Return what stands under one step of a path in a plain value, None if nothing does. Pure."""
    if isinstance(value, dict):
        return value.get(key, value.get(key.replace("-", "_")))
    return _by_name(value).get(key) if isinstance(value, list) else None


def words_of(value: Any) -> str:
    """Return a plain value in words: a text as it is, of an entry its title or what it says, of a list its entries' names.

    Pure.
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict() if _is_period(value):
            return " ".join(f"{count} {unit[:-1] if count == 1 else unit}" for unit, count in value.items() if count)
        case dict() if value and all(isinstance(item, dict) for item in value.values()):
            return f"{len(value)}: {', '.join(value)}"
        case dict():
            named = next((value[key] for key in _NAMES if value.get(key)), None)
            return words_of(named) if named is not None else ", ".join(_pairs(value))
        case list():
            return "; ".join(words_of(item) for item in value)
    return str(value)


def _pairs(value: dict[str, Any]) -> Iterator[str]:
    return (f"{_spelled(key)} {words_of(item).rstrip('.')}" for key, item in value.items() if not is_nothing(item))


def _differing(path: tuple[str, ...], old: Any, new: Any) -> Iterator[Branch]:
    if isinstance(old, list) or isinstance(new, list):
        yield from _entries(path, old or [], new or [])
    elif isinstance(old, dict) and isinstance(new, dict) and not _is_period(old):
        for key in _keys(old, new):
            yield from _differing((*path, _spelled(key)), old.get(key), new.get(key))
    elif old != new and not (is_nothing(old) and is_nothing(new)):
        yield Branch(path=path, was=old, now=new)


def _is_period(value: dict[str, Any]) -> bool:
    """Whether a mapping is a length of time: one value, though it has several keys."""
    return value.keys() == _PERIOD


def _entries(path: tuple[str, ...], old: list[Any], new: list[Any]) -> Iterator[Branch]:
    before, after = _by_name(old), _by_name(new)
    for name in _keys(before, after):
        here = (*path, name)
        if name in before and name in after:
            yield from _differing(here, before[name], after[name])
        else:
            yield Branch(path=here, was=before.get(name), now=after.get(name))


def _by_name(entries: list[Any]) -> dict[str, Any]:
    return {str(one["id"] if isinstance(one, dict) and "id" in one else one): one for one in entries}


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*new, *old)))


def _spelled(key: str) -> str:
    """A field as files spell it."""
    return key.replace("_", "-")
