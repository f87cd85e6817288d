# SPDX-License-Identifier: Apache-2.0
"""What an argument may be, compiled to plain functions from a JSON value to whether it holds (G-4).

A matcher that allows says yes only to what it knows; one that forbids says yes also to what it cannot place: a URL in a
spelling of its own is not within an allowed prefix, and is within every forbidden one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from ruleout.serving.tools.document import ArgumentDoc
from ruleout.serving.tools.places import Url, as_servers_read, lies_within, path_of, url_lies_within, url_of

#: From a scalar of JSON (text, int, Decimal, bool, None, or an empty list or mapping) to whether it holds.
Matcher = Callable[[object], bool]


def matchers_of(doc: ArgumentDoc, *, forbids: bool) -> tuple[Matcher, ...]:
    """Return what must hold of an argument, all together. Pure."""
    made: list[Matcher] = []
    if doc.any:
        made.append(lambda _: True)
    if doc.equals is not None:
        made.append((_like_one_of if forbids else _one_of)((doc.equals,)))
    if doc.one_of is not None:
        made.append((_like_one_of if forbids else _one_of)(doc.one_of))
    if doc.url_within is not None:
        urls = [url for text in doc.url_within if (url := url_of(text)) is not None]
        made.append(_forbidden_url(urls) if forbids else _url(urls))
    if doc.path_within is not None:
        made.append(_forbidden_path(doc.path_within) if forbids else _path(doc.path_within))
    if doc.at_most is not None:
        made.append(_above(doc.at_most) if forbids else _at_most(doc.at_most))
    if doc.longest is not None:
        made.append(_longer(doc.longest) if forbids else _no_longer(doc.longest))
    return tuple(made)


def is_given(value: object) -> bool:
    """Whether an argument is more than null, by which official SDKs' strict schemas leave one out. Pure."""
    return value is not None


def is_number(value: object) -> bool:
    """Whether a JSON value is a number; true and false are none. Pure."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _one_of(wanted: Iterable[object]) -> Matcher:
    texts = frozenset(one for one in wanted if isinstance(one, str))
    flags = frozenset(one for one in wanted if isinstance(one, bool))
    numbers = frozenset(Decimal(str(one)) for one in wanted if is_number(one))

    def match(value: object) -> bool:
        if isinstance(value, str):
            return value in texts
        if isinstance(value, bool):
            return value in flags
        return isinstance(value, int | Decimal) and value in numbers

    return match


def _like_one_of(wanted: Iterable[object]) -> Matcher:
    """Also numbers that differ in digits which a float does not have, and texts that differ behind a NUL: some readers take
    them for the same.
    """
    exact, floats = _one_of(wanted), frozenset(_float(one) for one in wanted if is_number(one))

    def match(value: object) -> bool:
        if isinstance(value, str):
            return exact(value) or exact(value.partition("\0")[0])
        return exact(value) or (is_number(value) and _float(value) in floats)

    return match


def _float(number: object) -> float:
    return float(Decimal(str(number)))


def _url(prefixes: list[Url]) -> Matcher:
    def match(value: object) -> bool:
        url = url_of(value) if isinstance(value, str) else None
        return url is not None and any(url_lies_within(url, prefix) for prefix in prefixes)

    return match


def _forbidden_url(prefixes: list[Url]) -> Matcher:
    folded = [prefix._replace(path=as_servers_read(prefix.path)) for prefix in prefixes]

    def match(value: object) -> bool:
        url = url_of(value) if isinstance(value, str) else None
        if url is None:
            return True
        # Whichever scheme and port: a forbidden host is not meant to be reached by another door.
        return any(
            url.host == one.host and lies_within(as_servers_read(url.path), one.path.rstrip("/") or "/")
            for one in folded
        )

    return match


def _path(prefixes: Iterable[str]) -> Matcher:
    def match(value: object) -> bool:
        path = path_of(value) if isinstance(value, str) else None
        return path is not None and any(lies_within(path, prefix) for prefix in prefixes)

    return match


def _forbidden_path(prefixes: Iterable[str]) -> Matcher:
    folded = [prefix.casefold().rstrip("/") or "/" for prefix in prefixes]

    def match(value: object) -> bool:
        path = path_of(value) if isinstance(value, str) else None
        # A relative path may lie anywhere, and so may a relative prefix: from which folder is not known.
        if path is None or any(path.startswith("/") != one.startswith("/") for one in folded):
            return True
        return any(lies_within(path.casefold(), one) for one in folded)

    return match


def _at_most(most: Decimal) -> Matcher:
    return lambda value: isinstance(value, int | Decimal) and not isinstance(value, bool) and value <= most


def _above(most: Decimal) -> Matcher:
    return lambda value: not isinstance(value, int | Decimal) or isinstance(value, bool) or value > most


def _no_longer(longest: int) -> Matcher:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _longer(longest: int) -> Matcher:
    return lambda value: not isinstance(value, str) or len(value) > longest
