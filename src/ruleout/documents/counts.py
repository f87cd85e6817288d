# SPDX-License-Identifier: Apache-2.0
"""How many of something there are, in words for people; what is kept in a record has words of its own."""

from __future__ import annotations


def count_of(number: int, noun: str, nouns: str = "") -> str:
    """Return a number with its noun: `1 task`, `2 tasks`, `0 entries`. Pure.

    Args:
        noun: for one; with its verb, where that changes too.
        nouns: for several; "" for the noun with an s.
    """
    return f"{number} {noun if number == 1 else nouns or f'{noun}s'}"
