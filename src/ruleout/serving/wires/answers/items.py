# SPDX-License-Identifier: Apache-2.0
"""Items of OpenAI responses: what each says, and which are calls of tools."""

from __future__ import annotations

from typing import NamedTuple

from ruleout.serving.wires.answers.logprobs import unsaid
from ruleout.serving.wires.answers.plain import Field, Plain, as_list, as_object, as_text, encode, known, words_of
from ruleout.serving.wires.answers.unread import unread_in
from ruleout.serving.wires.values import CutShort, ToolCall

_MARK, _READ, _WORDS = Field.MARK, Field.READ, Field.WORDS
#: Marks that any item may have.
HEAD = dict.fromkeys(("id", "type", "status", "role", "phase", "created_by", "agent"), _MARK)
_OUTPUT = {
    **HEAD,
    **dict.fromkeys(("output", "tools", "error", "server_label"), _WORDS),
    "call_id": _MARK,
    "caller": Field.MARKS,
}
_OUTPUT |= dict.fromkeys(("name", "namespace", "execution", "max_output_length"), _MARK)
#: Items that say something and call nothing. Outputs are what a tool found: text.
SPOKEN = {
    "message": {**HEAD, "content": _READ},
    "reasoning": {**HEAD, "content": _READ, "summary": _READ, "encrypted_content": Field.SEALED},
    "compaction": {**HEAD, "encrypted_content": Field.SEALED},
    **dict.fromkeys(
        (
            *(f"{tool}_output" for tool in ("function_call", "custom_tool_call", "shell_call", "local_shell_call")),
            *("apply_patch_call_output", "computer_call_output", "tool_search_output", "mcp_list_tools"),
        ),
        _OUTPUT,
    ),
}
#: Calls that bear the name of their tool; every other call bears that of its type, and all its fields are arguments.
NAMED = frozenset(["function_call", "custom_tool_call", "mcp_call", "mcp_approval_request"])
#: The provider's own tools.
OWN = frozenset(
    [
        f"{tool}_call"
        for tool in (
            *("web_search", "file_search", "code_interpreter", "computer", "image_generation"),
            *("local_shell", "shell", "apply_patch", "tool_search"),
        )
    ]
)
#: Fields of a call beside its arguments: what it found is text.
_FOUND = ("output", "outputs", "results", "result", "error")
_OWN_MARKS = {**HEAD, "call_id": _MARK}
NAMED_FIELDS = {
    **dict.fromkeys((*HEAD, "call_id", "name", "namespace", "server_label", "approval_request_id", "async"), _MARK),
    **dict.fromkeys(("arguments", "input"), _READ),
    "caller": Field.MARKS,
    **dict.fromkeys(_FOUND, _WORDS),
}
#: Parts of messages and of reasoning.
PARTS = {
    "output_text": ("text", {"type": _MARK, "text": _READ, "annotations": _WORDS, "logprobs": _READ}),
    "refusal": ("refusal", {"type": _MARK, "refusal": _READ}),
    "reasoning_text": ("text", {"type": _MARK, "text": _READ}),
    "summary_text": ("text", {"type": _MARK, "text": _READ}),
}


class Said(NamedTuple):
    """What an item holds: texts of its parts by (field, place), words of the rest, and its call.

    `tokens` are those beside a text that do not say it again: no repetition has to have them. `unread`: see `Piece`.
    """

    kind: str
    parts: dict[tuple[str, int], str]
    words: str
    call: ToolCall | None
    tokens: str = ""
    unread: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it that counts as text."""
        return "".join(self.parts.values()) + self.words + self.tokens


def part_of(value: object) -> tuple[str, str, str]:
    """Return the text of a part, the words beside it, and tokens that are not the text again. Raises: CutShort."""
    kind = as_text(as_object(value).get("type"))
    if kind not in PARTS:
        raise CutShort("the answer has a part that is not known here")
    key, fields = PARTS[kind]
    part, words = known(value, fields)
    text = as_text(part.get(key))
    return text, words, unsaid(part.get("logprobs"), text)


def said_of(value: object, index: int) -> Said:
    """Return what an item holds. Raises: CutShort: it is of no kind that is known here."""
    item = as_object(value)
    kind = as_text(item.get("type"))
    if kind in SPOKEN:
        return _spoken(item, kind)
    if kind in NAMED:
        _, words = known(item, NAMED_FIELDS)
        name, arguments = as_text(item.get("name")), as_text(item.get("arguments")) + as_text(item.get("input"))
        if not name:
            raise CutShort("a call of a tool has no name")
        return Said(kind, {}, words, ToolCall(name, arguments, True, index), unread=_unread_in(item))
    if kind not in OWN:
        raise CutShort("the answer has an item that is not known here")
    known({key: one for key, one in item.items() if key in _OWN_MARKS}, _OWN_MARKS)
    told = {key: one for key, one in item.items() if key not in _OWN_MARKS and key not in _FOUND}
    words = "".join(words_of(item[key]) for key in _FOUND if item.get(key))
    call = ToolCall(kind.removesuffix("_call"), encode(told).decode(), True, index)
    return Said(kind, {}, words, call, unread=_unread_in(item))


def _spoken(item: Plain, kind: str) -> Said:
    _, words = known(item, SPOKEN[kind])
    parts, tokens = dict[tuple[str, int], str](), ""
    for key in ("summary", "content"):
        for place, part in enumerate(as_list(item.get(key)) if SPOKEN[kind].get(key) is _READ else ()):
            parts[key, place], more, other = part_of(part)
            words, tokens = words + more, tokens + other
    return Said(kind, parts, words, None, tokens, _unread_in(item))


def _unread_in(item: Plain) -> tuple[str, ...]:
    """Return the kinds of content in what a tool found that a hook cannot read."""
    if item.get("type") == "image_generation_call" and item.get("result"):
        return ("image",)
    return unread_in([item.get(key) for key in _FOUND])
