# SPDX-License-Identifier: Apache-2.0
"""How a response of OpenAI is ended behind what has left: the open part and item are closed, numbers go on."""

from __future__ import annotations

from typing import NamedTuple

from ruleout.serving.refusal import Refusal
from ruleout.serving.wires.answers.plain import Plain
from ruleout.serving.wires.answers.reader import ENDS_AS_ERROR, event_of

#: Parts that begin and end.
PARTS = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}


class State(NamedTuple):
    """What has been told: the response as first told, finished items, the open item and part; texts only grow."""

    head: Plain
    items: tuple[Plain, ...]
    item: Plain | None
    at: int
    part: tuple[str, int, Plain] | None
    texts: list[str]
    ended: bool


#: Where nothing has left.
NOTHING = State({}, (), None, -1, None, [], False)


def ending_of(refusal: Refusal, told: State, number: int, count: int) -> bytes:
    """Return the native ending. Pure.

    Args:
        refusal: why.
        told: what has left.
        number: the next sequence number.
        count: how many texts of the open part have left.
    """
    if told.ended:
        return b""
    made: list[tuple[str, Plain]] = []
    head, output = told.head, list(told.items)
    if not head:
        head = _made_up()
        made.append(("response.created", {"response": {**head, "status": "in_progress"}}))
    if refusal.why in ENDS_AS_ERROR:
        error = {"code": "server_error", "message": refusal.says}
        failed = {**head, "status": "failed", "error": error, "output": output, "ruleout": refusal.plain()}
        # The error beside it is for clients that raise on one: an end by error must not pass for an answer.
        made = [("response.failed", {"response": failed, "error": {**error, "ruleout": refusal.plain()}})]
    else:
        if told.item is not None:
            closing, item = _closing(told, count)
            made += closing
            output.append(item)
        reason = {"incomplete_details": {"reason": "content_filter"}, "ruleout": refusal.plain()}
        response = {**head, "status": "incomplete", "output": output, **reason}
        made.append(("response.incomplete", {"response": response}))
    return b"".join(
        event_of(kind, {"sequence_number": number + at, **fields}) for at, (kind, fields) in enumerate(made)
    )


def _closing(state: State, count: int) -> tuple[list[tuple[str, Plain]], Plain]:
    """Return the events that end the open part and item, and the item."""
    item: Plain = {**(state.item or {}), "status": "incomplete"}
    place: Plain = {"output_index": state.at, "item_id": item.get("id", "")}
    made: list[tuple[str, Plain]] = []
    if state.part is not None:
        field, index, part = state.part
        base = next(one for one, (where, _) in PARTS.items() if where == field)
        says, key = _SAYS_OF[part["type"]]
        text = "".join(state.texts[:count])
        place[PARTS[base][1]] = index
        whole = {**part, key: text}
        more: Plain = {"logprobs": []} if says == "response.output_text" else {}
        made.append((f"{says}.done", {**place, key: text, **more}))
        made.append((f"{base}.done", {**place, "part": whole}))
        item[field] = [whole]
    made.append(("response.output_item.done", {"output_index": state.at, "item": item}))
    return made, item


_SAYS_OF = {
    "output_text": ("response.output_text", "text"),
    "refusal": ("response.refusal", "refusal"),
    "reasoning_text": ("response.reasoning_text", "text"),
    "summary_text": ("response.reasoning_summary_text", "text"),
}


def _made_up() -> Plain:
    head: Plain = {"id": "resp_ruleout", "object": "response", "created_at": 0, "model": "", "output": [], "tools": []}
    return {**head, "parallel_tool_calls": False, "tool_choice": "auto", "metadata": {}}
