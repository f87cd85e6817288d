# SPDX-License-Identifier: Apache-2.0
"""Calls of tools in streamed responses: what events tell of one, and that it ends as it was begun and told.

A call is judged by its finished item. A client may read the item that began it, or join what the events tell instead.
"""

from __future__ import annotations

from ruleout.serving.wires.answers.items import HEAD, NAMED, Said
from ruleout.serving.wires.answers.plain import Field, Plain, as_index, as_list, as_object, as_text, known, words_of
from ruleout.serving.wires.values import CutShort

_MARK, _READ = Field.MARK, Field.READ
#: Fields that say where an event belongs.
PLACE = dict.fromkeys(("type", "sequence_number", "item_id", "output_index", "obfuscation", "agent"), _MARK)
_TOOLS = ("web_search", "file_search", "code_interpreter", "image_generation", "mcp", "shell", "apply_patch")
_STEPS = ("in_progress", "searching", "interpreting", "generating", "completed", "failed")
#: Events that tell a field of a call: its name at the end, and where it stands in the finished item. () is the arguments.
_TELLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "response.function_call_arguments": ("arguments", ()),
    "response.mcp_call_arguments": ("arguments", ()),
    "response.custom_tool_call_input": ("input", ()),
    "response.code_interpreter_call_code": ("code", ("code",)),
    "response.shell_call_command": ("command", ("action", "commands")),
}
#: Events inside of a call, with their fields.
EVENTS: dict[str, dict[str, Field]] = {
    **{f"response.{tool}_call.{step}": PLACE for tool in _TOOLS for step in _STEPS},
    **{f"{base}.delta": {**PLACE, "delta": _READ, "command_index": _MARK} for base in _TELLS},
    **{
        f"{base}.done": {**PLACE, field: _READ, "command_index": _MARK, "name": _MARK, "call_id": _MARK}
        for base, (field, _) in _TELLS.items()
    },
    "response.shell_call_command.added": {**PLACE, "command": _READ, "command_index": _MARK},
    "response.image_generation_call.partial_image": {
        **PLACE,
        **dict.fromkeys(("partial_image_index", "background", "output_format", "quality", "size"), _MARK),
        "partial_image_b64": _READ,
    },
}
#: Calls that the provider has answered when it tells of them: what such a call began with and lost may be told as text.
_ANSWERED = frozenset(["web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call"])

#: What a call is known by: the same from its beginning to its end.
_NAMES = ("name", "call_id", "namespace", "server_label")


class Begun:
    """A call that was begun and has not ended: the item that began it, and what events told since."""

    __slots__ = ("_item", "_kind", "_told")

    def __init__(self, item: Plain, said: Said) -> None:
        self._item, self._kind = item, said.kind
        self._told: dict[tuple[str, int], list[str]] = {}

    def tell(self, kind: str, plain: Plain) -> frozenset[str]:
        """Take an event of `EVENTS`; return the kinds of content in it that cannot be read.

        Raises:
            CutShort: it says another thing than was told, or more than is known.
        """
        known(plain, EVENTS[kind])
        base, _, step = kind.rpartition(".")
        if base in _TELLS:
            self._take(base, step, plain)
        return frozenset(["image"] if plain.get("partial_image_b64") else [])

    def _take(self, base: str, step: str, plain: Plain) -> None:
        for key in _NAMES:
            if plain.get(key) and plain[key] != self._item.get(key):
                raise CutShort("a call of a tool is not the one that was begun")
        parts = self._told.setdefault((base, as_index(plain.get("command_index", 0))), [])
        text = as_text(plain.get("delta" if step == "delta" else _TELLS[base][0]))
        if step != "done":
            parts.append(text)
        elif parts and text != "".join(parts):
            raise CutShort("a call of a tool is not the one that was begun")
        else:
            parts[:] = [text]

    def end(self, item: Plain, said: Said) -> str:
        """Take the finished item; return words that it began with and does not hold. Raises: CutShort: it is another call."""
        first = {key: value for key, value in self._item.items() if key not in HEAD and value}
        other = any(first[key] != item.get(key) for key in _NAMES if key in first)
        other = other or any("".join(parts) != _told_in(item, said, *at) for at, parts in self._told.items())
        begins = _begins(first, item)
        if other or said.kind != self._kind or not (begins or said.kind in _ANSWERED):
            raise CutShort("a call of a tool is not the one that was begun")
        return "" if begins else words_of(first)


def _told_in(item: Plain, said: Said, base: str, at: int) -> str:
    """Return the field of a finished item that events told. Raises: CutShort."""
    _, path = _TELLS[base]
    if not path:
        return said.call.arguments if said.call is not None and said.kind in NAMED else ""
    value: object = item
    for key in path:
        value = as_object(value or {}).get(key)
    if type(value) is list:
        return as_text(as_list(value)[at]) if at < len(value) else ""
    return as_text(value)


def _begins(first: object, whole: object) -> bool:
    """Whether a value is nothing yet, or the beginning of another. Pure."""
    if not first:
        return True
    if type(first) is dict and type(whole) is dict:
        return all(_begins(value, whole.get(key)) for key, value in first.items())
    if type(first) is list and type(whole) is list:
        return len(first) <= len(whole) and all(map(_begins, first, whole))
    if type(first) is str and type(whole) is str:
        return whole.startswith(first)
    return first == whole
