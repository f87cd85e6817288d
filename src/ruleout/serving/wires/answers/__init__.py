# SPDX-License-Identifier: Apache-2.0
"""Answers as they come back: what they say, which tools they call, how they are ended in each native form (G-5)."""

from __future__ import annotations

from ruleout.model.permit import Endpoint
from ruleout.serving.wires.answers import chat, chat_whole, messages, responses, rpc
from ruleout.serving.wires.answers.reader import FAULTS, MAX_ANSWER, Reader, cut_short
from ruleout.serving.wires.values import CutShort, Piece, ToolCall

__all__ = ["CutShort", "Piece", "Reader", "ToolCall", "reader_of", "whole_of"]


_WHOLE = {
    Endpoint.OPENAI_CHAT_COMPLETIONS.value: chat_whole.whole,
    Endpoint.OPENAI_RESPONSES.value: responses.whole,
    Endpoint.ANTHROPIC_MESSAGES.value: messages.whole,
}


def whole_of(endpoint: Endpoint, body: bytes, rpc_id: str | int | None = None) -> Piece:
    """Return an answer that is not streamed, as one piece. It is never ended by us: whoever serves it refuses instead. Pure.

    Args:
        endpoint: the wire format.
        rpc_id: id of the MCP request that is answered.

    Raises:
        CutShort: it is not whole, or of no known shape: nothing of it may be forwarded.
    """
    if len(body) > MAX_ANSWER:
        raise CutShort("the answer is too large")
    try:
        # By its value: an enumeration's own hash is slow.
        read = _WHOLE.get(endpoint._value_)
        return rpc.whole(body, rpc_id=rpc_id) if read is None else read(body)
    except FAULTS as fault:
        raise cut_short(fault) from None


def reader_of(
    endpoint: Endpoint, rpc_id: str | int | None = None, *, hide_usage: bool = False, choices: int = 1
) -> Reader:
    """Return what watches one answer that is sent as server-sent events.

    Args:
        endpoint: the wire format.
        rpc_id: id of the MCP request that is answered.
        hide_usage: do not forward the usage chunk of a chat completion, which only the gateway asked for.
        choices: how many answers a chat completion may have: as many as were asked for.
    """
    if endpoint is Endpoint.OPENAI_CHAT_COMPLETIONS:
        return chat.ChatReader(hide_usage=hide_usage, choices=choices)
    if endpoint is Endpoint.OPENAI_RESPONSES:
        return responses.ResponsesReader()
    if endpoint is Endpoint.ANTHROPIC_MESSAGES:
        return messages.MessagesReader()
    return rpc.RpcReader(rpc_id)
