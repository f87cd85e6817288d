# SPDX-License-Identifier: Apache-2.0
"""Two texts of a clause side by side, with the words that went and the words that came marked (D-15)."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from html import escape

#: Texts of more words than this together are shown without marks: comparing them takes the square of their length.
_MOST_WORDS = 1500
#: Texts that share less than this of their words are two texts, and marks in them are noise.
_LEAST_SHARED = 0.35


def both_marked(was: str, now: str) -> tuple[str, str]:
    """Return two texts as HTML, escaped; what went is `<del>`, what came is `<ins>`, each a run of words. Pure."""
    old, new = was.split(), now.split()
    if not old or not new or len(old) + len(new) > _MOST_WORDS:
        return escape(was), escape(now)
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    if matcher.ratio() < _LEAST_SHARED:
        return escape(was), escape(now)
    steps = matcher.get_opcodes()
    left = (_run(old[i:j], "" if step == "equal" else "del") for step, i, j, _, _ in steps)
    right = (_run(new[k:n], "" if step == "equal" else "ins") for step, _, _, k, n in steps)
    return _joined(left), _joined(right)


def _run(words: list[str], tag: str) -> str:
    text = escape(" ".join(words))
    return f"<{tag}>{text}</{tag}>" if tag and text else text


def _joined(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)
