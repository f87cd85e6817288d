# SPDX-License-Identifier: Apache-2.0
"""What must be true of a document: pure functions from text to faults, and the reading of a marked tour.

Applied to the repository by test_docs.py; each is also seen to fail there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.MULTILINE)
_TOUR = re.compile(r"<!-- tour -->\s*```console\n(.*?)```", re.DOTALL)
_EXIT = re.compile(r"\s+# exit (\d+)\s*$")
_CLAUSE = re.compile(r"^#{2,6}\s+.*?\b([A-Z]-\d+)\b", re.MULTILINE)
_STATUS = re.compile(
    r"^\W*Status\W+(implemented|partly implemented|not yet implemented)\b", re.MULTILINE | re.IGNORECASE
)
_CODE = re.compile(r"`[^`\n]*`")
_NUMBERED = re.compile(r"^(\d{4})-[a-z0-9-]+\.md$")

# Written in pieces, so that this file does not hold what it forbids.
_MACHINE = ("work", "root", "home", "opt" + "/pypi", "tmp" + "/brief")
_HOSTS = ("pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "deb.debian" + ".org", "proxy.golang" + ".org")
_WAYS_OF_WORKING = ("integ" + "rator", "co-authored" + "-by", "sub-?" + "agents?", "ai assist" + "ants?")
_FORBIDDEN = (
    ("a path of one machine", re.compile(rf"(?<![\w.~$}}/])/(?:{'|'.join(_MACHINE)})/")),
    ("an address of a package host", re.compile("|".join(re.escape(host) for host in _HOSTS), re.IGNORECASE)),
    ("a word about how the work is organised", re.compile(rf"\b(?:{'|'.join(_WAYS_OF_WORKING)})\b", re.IGNORECASE)),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a tour: what is typed, the exit code it must have, and the lines shown below it."""

    command: str
    exit_code: int
    shows: tuple[str, ...]


def tour_of(text: str) -> tuple[Step, ...]:
    """Return the commands of every `console` block that follows `<!-- tour -->`, in order."""
    steps: list[Step] = []
    for block in _TOUR.findall(text):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append(_step(line.removeprefix("$ ")))
            elif line.strip() and steps:
                last = steps[-1]
                steps[-1] = Step(last.command, last.exit_code, (*last.shows, line))
    return tuple(steps)


def _step(line: str) -> Step:
    code = _EXIT.search(line)
    return Step(_EXIT.sub("", line), int(code[1]) if code else 0, ())


def missing_lines(shown: Iterable[str], output: str) -> list[str]:
    """Return the shown lines that the output lacks; `…` stands for anything, and runs of spaces count as one."""
    printed = [" ".join(line.split()) for line in output.splitlines()]
    return [line for line in shown if not any(_pattern(line).fullmatch(got) for got in printed)]


def _pattern(line: str) -> re.Pattern[str]:
    pieces = " ".join(line.split()).split("…")
    return re.compile(".*".join(re.escape(piece) for piece in pieces))


def prose(text: str) -> str:
    """The text without its code."""
    return _CODE.sub("", _FENCE.sub("", text))


def links(text: str) -> list[str]:
    """The targets of all links that lead into the repository."""
    return [t for t in _LINK.findall(prose(text)) if not re.match(r"[a-z]+:", t)]


def anchors(text: str) -> set[str]:
    """The names by which a page's headings are linked."""
    headings = (re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in _HEADING.findall(_FENCE.sub("", text)))
    return set(headings)


def broken_links(text: str, page: Callable[[str], str | None]) -> list[str]:
    """Return the links that lead nowhere; `page` gives a path's text ("" for itself), or None if there is none."""
    broken = []
    for target in links(text):
        path, _, anchor = target.partition("#")
        found = page(path)
        if found is None or (anchor and anchor not in anchors(found)):
            broken.append(target)
    return broken


def numbering_faults(names: Iterable[str]) -> list[str]:
    """Whether numbered records run from 0001 without a gap or a number used twice."""
    numbers = sorted(int(m[1]) for name in names if (m := _NUMBERED.match(name)))
    return [f"expected {n:04}, got {got:04}" for n, got in enumerate(numbers, start=1) if n != got][:1]


def clauses(text: str) -> dict[str, str]:
    """Return each clause of a specification page with its status, "" where it states none."""
    found = list(_CLAUSE.finditer(text))
    ends = [m.start() for m in found[1:]] + [len(text)]
    sections = {m[1]: text[m.end() : end] for m, end in zip(found, ends, strict=True)}
    return {name: (m[1].lower() if (m := _STATUS.search(part)) else "") for name, part in sections.items()}


def uncited(implemented: Iterable[str], sources: Iterable[str]) -> list[str]:
    """Return the clauses that no source names."""
    cited = {name for text in sources for name in re.findall(r"\b[A-Z]-\d+\b", text)}
    return [name for name in implemented if name not in cited]


def forbidden(text: str) -> list[str]:
    """Paths of one machine, addresses of package hosts, words about how the work is organised."""
    lines = enumerate(text.splitlines(), start=1)
    return [f"line {n}: {what}" for n, line in lines for what, pattern in _FORBIDDEN if pattern.search(line)]
