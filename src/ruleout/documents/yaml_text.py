# SPDX-License-Identifier: Apache-2.0
"""YAML bytes -> plain values and the place of each, in one pass over the parser's events.

Invariants:
* nothing is composed recursively and no alias is followed, so size and depth are bounded before they cost anything;
* a value means what its text says: no tags, no merge keys, no second document, no duplicate or invisible key;
* every refusal is a `Problem` with its place. A syntax error, a limit or a second document ends the reading; any other
  defect is noted and the reading goes on, so that one run shows them all.

It does not know what a framework or a case is. Source: ADR 0002.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from ruleout.documents.characters import first_forbidden, first_foreign, forbidden, forbidden_in, name_of
from ruleout.documents.places import MAX_PROBLEMS, Document, Path, Spot, in_file_order, path_text
from ruleout.documents.scalars import Refused, plain_scalar
from ruleout.errors import BadInput, Place, Problem

MAX_BYTES = 1024 * 1024
MAX_NODES = 50_000
MAX_DEPTH = 32
MAX_SCALAR = 16 * 1024

_KEY = re.compile(r"[a-z0-9-]{1,80}")
_FOREIGN_KEY = re.compile(r"[^\n]{1,200}")
_MARKS = ((b"\xef\xbb\xbf", "a UTF-8 byte-order mark"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_REFUSED_KEY = "?"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(data: bytes, *, file: str, own_keys: bool = True) -> Document:
    """Return the plain value of a YAML file and the spot of every key and value. Pure.

    Args:
        data: the file's bytes, at most 1 MiB.
        file: name used in problems.
        own_keys: keys are lower-case words joined by hyphens, as in every file of ours; False for a schema that is not
            ours, whose keys may be any visible text of at most 200 characters.

    Raises:
        BadInput: the bytes are not a document we accept; holds every problem found, in file order.
    """
    problems: list[Problem] = []
    text = _decode(data, file, problems)
    problems.extend(_first_of(forbidden_in(text, file=file)))
    if not problems:
        reader = _Reader(file, own_keys=own_keys)
        reader.read(text)
        problems = reader.problems
        if not problems:
            return Document(file=file, value=reader.root, spots=reader.spots)
    raise BadInput(in_file_order(problems), hint="Mend the file and check it again.")


def _first_of(found: Iterator[Problem]) -> list[Problem]:
    return [problem for problem, _ in zip(found, range(MAX_PROBLEMS // 4), strict=False)]


def _decode(data: bytes, file: str, problems: list[Problem]) -> str:
    """Return the text, or "" with one problem noted."""
    start = Place(file=file)
    if len(data) > MAX_BYTES:
        problems.append(_problem("Y002", start, f"at most {MAX_BYTES} bytes", str(len(data)), "Split the file."))
        return ""
    for mark, name in _MARKS:
        if data.startswith(mark):
            problems.append(_problem("Y003", start, "plain UTF-8", name, "Save the file as UTF-8 without a mark."))
            return ""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        where = Place(file=file, line=before.count("\n") + 1, column=len(before) - before.rfind("\n"))
        got = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        problems.append(_problem("Y004", where, "valid UTF-8", got, "Save the file as UTF-8."))
        return ""


def _problem(id_: str, where: Place, expected: str, got: str, hint: str) -> Problem:
    return Problem(id=id_, where=where, expected=expected, got=got, hint=hint)


class _Stop(Exception):
    """Reading cannot go on; the problem that says why has been noted."""


class _Frame:
    """A mapping or list being filled. `key` is the mapping's key that waits for its value."""

    __slots__ = ("at", "key", "path", "value")

    def __init__(self, path: Path, value: dict[str, object] | list[object]) -> None:
        self.path, self.value = path, value
        self.key: str | None = None
        self.at: tuple[int, int] | None = None


class _Reader:
    """Turns events into values with an explicit stack; never recursive."""

    def __init__(self, file: str, *, own_keys: bool) -> None:
        self.file = file
        self._key = _KEY if own_keys else _FOREIGN_KEY
        self.problems: list[Problem] = []
        self.spots: dict[Path, Spot] = {}
        self.root: object = None
        self._stack: list[_Frame] = []
        self._nodes = 0
        self._documents = 0

    def read(self, text: str) -> None:
        """Read the whole text; what is wrong ends up in `problems`."""
        try:
            for event in self._events(text):
                self._take(event)
        except _Stop:
            return
        if not self._documents:
            self._note("Y006", (1, 1), "a document", "an empty file", "Write the file's content.")

    def _events(self, text: str) -> Iterator[Any]:
        events = yaml.parse(text, Loader=_LOADER)
        while True:
            try:
                event = next(events, None)
            except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: escapes in the pure parser
                self._refuse_syntax(error)
            if event is None:
                return
            yield event

    def _refuse_syntax(self, error: Exception) -> NoReturn:
        mark = getattr(error, "problem_mark", None)
        at = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        reason = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "an escape out of range")
        self._stop("Y001", at, "YAML", reason[:100], "Mend the indentation, quotes or brackets there.")

    def _take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._take_scalar(event)
            case yaml.MappingStartEvent():
                self._open(event, {})
            case yaml.SequenceStartEvent():
                self._open(event, [])
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._stack.pop()
            case yaml.AliasEvent():
                hint = "Write the value out; a rule is read where it stands."
                self._note("Y007", _at(event), "a value", f"alias *{str(event.anchor)[:40]}", hint)
                self._place_unreadable(event)
            case yaml.DocumentStartEvent():
                self._start_document(event)

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop("Y009", _at(event), "one document", "a second one", "Put it into a file of its own.")
        if event.version or event.tags:
            self._note("Y010", _at(event), "no directive", "a % directive", "Delete the line that begins with %.")

    def _take_scalar(self, event: Any) -> None:
        self._check_node(event)
        if len(event.value) > MAX_SCALAR:
            got = f"{len(event.value)} characters"
            self._note("Y015", _at(event), f"at most {MAX_SCALAR} characters", got, "Shorten the text.")
            self._place_unreadable(event)
            return
        hidden = first_forbidden(event.value)
        if hidden is not None:
            self._add(forbidden(hidden, self._where(_at(event))))
        frame = self._wants_key()
        if frame is not None:
            self._take_key(frame, event)
        else:
            self._place_value(event, self._value_of(event))

    def _wants_key(self) -> _Frame | None:
        """The innermost open mapping if what comes next is a key of it."""
        frame = self._stack[-1] if self._stack else None
        return frame if frame is not None and isinstance(frame.value, dict) and frame.key is None else None

    def _place_unreadable(self, event: Any) -> None:
        """Keep count of keys and values where something refused stands in place of one."""
        frame = self._wants_key()
        if frame is None:
            self._place_value(event, None)
        else:
            frame.key, frame.at = _REFUSED_KEY, _at(event)

    def _value_of(self, event: Any) -> object:
        value = plain_scalar(event.value) if event.implicit[0] else event.value
        if isinstance(value, Refused):
            hint = "Write a plain number, or quote it if it is a text."
            self._note(value.id, _at(event), value.expected, _cut(event.value), hint)
            return None
        return value

    def _take_key(self, frame: _Frame, event: Any) -> None:
        name = event.value
        self._check_key(frame, event)
        frame.key, frame.at = name if self._key.fullmatch(name) else _REFUSED_KEY, _at(event)

    def _check_key(self, frame: _Frame, event: Any) -> None:
        name, at = str(event.value), _at(event)
        foreign = first_foreign(name)
        if event.implicit[0] and name == "<<":
            self._note("Y011", at, "a field", "a merge key <<", "Write the fields out where they belong.")
        elif event.implicit[0] and not isinstance(plain_scalar(name), str):
            self._note("Y017", at, "a text as key", _cut(name), "Quote the key.")
        elif foreign is not None and self._key is _KEY:
            hint = f"Type it anew: it holds {name_of(foreign)}."
            self._note("Y018", at, "a key of ASCII lower-case letters, digits and hyphens", _cut(name), hint)
        elif not self._key.fullmatch(name):
            self._note("Y018", at, *self._wanted_key(name))
        elif name in frame.value:
            first = self.spots[(*frame.path, name)].key or (1, 1)
            got = f"{name!r} again, first on line {first[0]}"
            self._note("Y016", at, "each key once", got, "Delete one of the two.")

    def _wanted_key(self, name: str) -> tuple[str, str, str]:
        if self._key is _KEY:
            hint = "Use lower-case letters, digits and hyphens, at most 80."
            return "a key of ASCII lower-case letters, digits and hyphens", _cut(name), hint
        return "a key of one line and at most 200 characters", _cut(name), "Shorten it."

    def _open(self, event: Any, value: dict[str, object] | list[object]) -> None:
        self._check_node(event)
        if len(self._stack) >= MAX_DEPTH:
            hint = "Write it flatter."
            self._stop("Y019", _at(event), f"at most {MAX_DEPTH} levels", f"{MAX_DEPTH + 1}", hint)
        if self._wants_key() is not None:
            self._stop("Y017", _at(event), "a text as key", "a list or mapping as key", "Write a plain key.")
        path = self._place_value(event, value)
        self._stack.append(_Frame(path, value))

    def _place_value(self, event: Any, value: object) -> Path:
        """Put a value where the innermost open mapping or list wants it; return its path."""
        at = _at(event)
        if not self._stack:
            self.root = value
            self.spots[()] = Spot(at)
            return ()
        frame = self._stack[-1]
        if isinstance(frame.value, list):
            path: Path = (*frame.path, len(frame.value))
            frame.value.append(value)
            self.spots[path] = Spot(at)
            return path
        key = frame.key if frame.key is not None else _REFUSED_KEY
        path = (*frame.path, key)
        frame.value[key] = value
        self.spots.setdefault(path, Spot(at, frame.at))
        frame.key = None
        return path

    def _check_node(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._stop("Y002", _at(event), f"at most {MAX_NODES} values", "more", "Split the file.")
        if event.anchor is not None:
            hint = "Delete the anchor and write the value out where it is needed."
            self._note("Y007", _at(event), "a value", f"anchor &{event.anchor[:40]}", hint)
        if event.tag is not None:
            hint = "Delete the tag; quote a text, write a number plainly."
            self._note("Y008", _at(event), "a value without a tag", _cut(event.tag), hint)

    def _where(self, at: tuple[int, int]) -> Place:
        frame = self._stack[-1] if self._stack else None
        path = frame.path if frame is not None else ()
        if frame is not None and frame.key is not None:
            path = (*path, frame.key)
        return Place(file=self.file, line=at[0], column=at[1], path=path_text(path))

    def _note(self, id_: str, at: tuple[int, int], expected: str, got: str, hint: str) -> None:
        self._add(_problem(id_, self._where(at), expected, got, hint))

    def _add(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) > MAX_PROBLEMS:
            raise _Stop

    def _stop(self, id_: str, at: tuple[int, int], expected: str, got: str, hint: str) -> NoReturn:
        self._note(id_, at, expected, got, hint)
        raise _Stop


def _at(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _cut(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= 60 else shown[:59] + "…"
