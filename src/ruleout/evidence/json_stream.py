# SPDX-License-Identifier: Apache-2.0
"""JSON in chunks -> its lines, elements or members as bytes, so that memory is that of the largest one (E-1).

Rules
- Only borders are found here: texts are skipped as a whole and brackets are counted. What stands between two borders
  is handed on as it is and must be decoded by the caller, which is where its syntax and NaN are dealt with.
- Each byte is looked at a bounded number of times, whatever the input and however it is cut into chunks.
- Members of an object and elements of an array stand where JSON puts them, with one comma between, and nothing
  follows the last bracket; a member that stands twice is refused, since readers differ on which one counts.

Source: RFC 8259 sections 4, 5 and 7; JSON Lines (jsonlines.org).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from ruleout.errors import UnreadableLog
from ruleout.evidence.limits import DEFAULT_LIMITS

MAX_DEPTH = 512
MAX_MEMBERS = 100_000
_FORGET_BYTES = 1 << 16

_SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[^\s\",:\[\]{}]*+")
# What stands inside a text up to its closing quote, which may not be there yet.
_IN_TEXT = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
# Everything that leaves the depth as it is: plain characters, whole texts, and brackets with no bracket inside.
_PLAIN = rb'[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+"'
_LEVEL = re.compile(rb"(?:" + _PLAIN + rb"|\{(?:" + _PLAIN + rb")*+\}|\[(?:" + _PLAIN + rb")*+\])*+", re.DOTALL)

_QUOTE, _OPEN_LIST, _OPEN_OBJECT, _CLOSE_LIST, _CLOSE_OBJECT, _COMMA, _COLON = b'"[{]},:'
_KEY_DECODER = msgspec.json.Decoder(str)


def lines(
    chunks: Iterable[bytes], *, log: str, part: str, max_bytes: int = DEFAULT_LIMITS.member_bytes
) -> Iterator[tuple[int, bytes]]:
    """Yield (number, text) of each line that is not blank, counted from 1, without its line end.

    Args:
        part: the file's name, for messages.
        max_bytes: longest line let in.

    Raises:
        UnreadableLog: too-large, for a line over `max_bytes`.

    Source: E-1.
    """
    number, held = 0, bytearray()
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        held += first
        for following in rest:
            number += 1
            if line := bytes(held).strip():
                yield number, line
            held = bytearray(following)
        if len(held) > max_bytes:
            raise _too_large(log, f"{part}, line {number + 1}", max_bytes)
    if line := bytes(held).strip():
        yield number + 1, line


def elements(
    chunks: Iterable[bytes], *, log: str, part: str, max_bytes: int = DEFAULT_LIMITS.member_bytes
) -> Iterator[bytes]:
    """Yield the elements of a text that is one array, as bytes to be decoded, in order.

    Raises:
        UnreadableLog: wrong-shape if it is no array, bad-json or truncated where its borders are not those of JSON,
            too-large for an element over `max_bytes`.

    Source: E-1.
    """
    window = _Window(chunks=iter(chunks), log=log, part=part, max_bytes=max_bytes)
    if window.next_byte() != _OPEN_LIST:
        raise window.refusal("wrong-shape", "expected an array")
    yield from _elements(window)
    window.expect_end()


def members(
    chunks: Iterable[bytes],
    *,
    streamed: str,
    log: str,
    part: str,
    max_bytes: int = DEFAULT_LIMITS.member_bytes,
) -> Iterator[tuple[str, bytes]]:
    """Yield (name, value) of each member of a text that is one object, in order, as bytes to be decoded.

    The member named `streamed`, where it is an array, is yielded element by element instead: one pair per element,
    all under that name. An array without elements yields nothing.

    Raises:
        UnreadableLog: wrong-shape if it is no object or a member stands in it twice, bad-json or truncated where its
            borders are not those of JSON, too-large for a value over `max_bytes`.

    Source: E-1.
    """
    window = _Window(chunks=iter(chunks), log=log, part=part, max_bytes=max_bytes)
    if window.next_byte() != _OPEN_OBJECT:
        raise window.refusal("wrong-shape", "expected an object")
    seen: set[str] = set()
    for _ in _places(window, _CLOSE_OBJECT):
        name = _key(window, seen)
        if name == streamed and window.next_byte() == _OPEN_LIST:
            for element in _elements(window):
                yield name, element
        else:
            yield name, window.take_value()
    window.expect_end()


def object_of(pairs: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the object that these members make, so that one decoder can read them together. Pure."""
    return b"{" + b",".join(msgspec.json.encode(name) + b":" + value for name, value in pairs) + b"}"


def _elements(window: _Window) -> Iterator[bytes]:
    for _ in _places(window, _CLOSE_LIST):
        yield window.take_value()


def _places(window: _Window, close: int) -> Iterator[None]:
    """Step over the opening bracket, then stop at each place where an element or key must begin."""
    window.step()
    if window.next_byte() == close:
        window.step()
        return
    while True:
        yield None
        match window.next_byte():
            case found if found == close:
                window.step()
                return
            case found if found == _COMMA:
                window.step()
            case found:
                raise window.refusal("bad-json", f"expected a comma or a closing bracket, got {chr(found)!r}")


def _key(window: _Window, seen: set[str]) -> str:
    if window.next_byte() != _QUOTE:
        raise window.refusal("bad-json", "expected the name of a member")
    try:
        name = _KEY_DECODER.decode(window.take_value())
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise window.refusal("bad-json", str(error)) from error
    if name in seen or len(seen) >= MAX_MEMBERS:
        raise window.refusal("wrong-shape", f"expected at most {MAX_MEMBERS} members and each once, got {name[:50]!r}")
    seen.add(name)
    if window.next_byte() != _COLON:
        raise window.refusal("bad-json", "expected a colon after the name of a member")
    window.step()
    return name


@dataclass(slots=True, kw_only=True)
class _Window:
    """The bytes that are here: those before `at` are done with, more may follow from `chunks`."""

    chunks: Iterator[bytes]
    log: str
    part: str
    max_bytes: int
    held: bytearray = field(default_factory=bytearray)
    at: int = 0
    done: int = 0

    def next_byte(self) -> int:
        """Return the next byte that is not white space, without stepping over it."""
        while True:
            self.at = _end(_SPACE, self.held, self.at)
            self._forget()
            if self.at < len(self.held):
                return self.held[self.at]
            self._more()

    def step(self) -> None:
        """Step over one byte."""
        self.at += 1

    def expect_end(self) -> None:
        """Refuse anything but white space up to the end of the text."""
        while True:
            self.at = _end(_SPACE, self.held, self.at)
            self._forget()
            if self.at < len(self.held):
                raise self.refusal("bad-json", "expected nothing after the end of the text")
            if not self._grow():
                return

    def take_value(self) -> bytes:
        """Return the next value and step over it; what it holds is not checked."""
        match self.next_byte():
            case found if found == _QUOTE:
                end = self._text_end(self.at + 1)
            case found if found in {_OPEN_LIST, _OPEN_OBJECT}:
                end = self._nest_end()
            case _:
                end = self._scalar_end()
        value = bytes(self.held[self.at : end])
        self.at = end
        return value

    def refusal(self, reason: str, detail: str) -> UnreadableLog:
        """Return a refusal that says where in the text it was."""
        hint = "Ask for the log as its tool wrote it."
        return UnreadableLog(self.log, reason, f"{self.part}, byte {self.done + self.at}: {detail}", hint=hint)

    def _scalar_end(self) -> int:
        end = _end(_SCALAR, self.held, self.at)
        while end == len(self.held):
            self._more()
            end = _end(_SCALAR, self.held, end)
        if end == self.at:
            raise self.refusal("bad-json", f"expected a value, got {chr(self.held[end])!r}")
        return end

    def _text_end(self, end: int) -> int:
        """Return where the text ends that began before `end`."""
        while True:
            end = _end(_IN_TEXT, self.held, end)
            if end < len(self.held) and self.held[end] == _QUOTE:
                return end + 1
            # The end of what is here, or a backslash whose partner is not here yet.
            self._more()

    def _nest_end(self) -> int:
        depth, end = 0, self.at
        while True:
            found = self.held[end]
            if found == _QUOTE:
                end = self._text_end(end + 1)
            else:
                end += 1
                depth += 1 if found in {_OPEN_LIST, _OPEN_OBJECT} else -1
            if depth == 0:
                return end
            if depth > MAX_DEPTH:
                raise self.refusal("bad-json", f"nested deeper than {MAX_DEPTH}")
            end = self._level_end(end)

    def _level_end(self, end: int) -> int:
        """Return where the next bracket stands that changes the depth, or the quote of a text that is not all here."""
        end = _end(_LEVEL, self.held, end)
        while end == len(self.held):
            self._more()
            end = _end(_LEVEL, self.held, end)
        return end

    def _forget(self) -> None:
        """Give back the memory of what is done with; not for each value, since that would move the rest too often."""
        if self.at >= _FORGET_BYTES or self.at == len(self.held):
            self.done += self.at
            del self.held[: self.at]
            self.at = 0

    def _more(self) -> None:
        if not self._grow():
            raise UnreadableLog(
                self.log, "truncated", f"{self.part}: ends inside a value", hint="Fetch the log again; it was cut off."
            )

    def _grow(self) -> bool:
        """Append the next chunk in place; positions stay what they are."""
        if len(self.held) - self.at > self.max_bytes:
            raise _too_large(self.log, f"{self.part}, byte {self.done + self.at}", self.max_bytes)
        chunk = next(self.chunks, None)
        if chunk is None:
            return False
        self.held += chunk
        return True


def _end(pattern: re.Pattern[bytes], held: bytearray, start: int) -> int:
    """Return where the match that begins at `start` ends; the patterns here match the empty text too."""
    found = pattern.match(held, start)
    return start if found is None else found.end()


def _too_large(log: str, place: str, limit: int) -> UnreadableLog:
    return UnreadableLog(log, "too-large", f"{place}: expected at most {limit} bytes", hint="Split the log.")
