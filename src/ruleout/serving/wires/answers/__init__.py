# SPDX-License-Identifier: Apache-2.0
"""Answers as they come back: what they say, which tools they call, how they are ended in each native form (G-5)."""

from __future__ import annotations

from functools import partial

from ruleout.model.permit import Endpoint
from ruleout.serving.wires.answers import chat, chat_whole, messages, responses, rpc
from ruleout.serving.wires.answers.reader import Reader, Whole
from ruleout.serving.wires.values import CutShort, Piece, ToolCall

__all__ = ["CutShort", "Piece", "Reader", "ToolCall", "reader_of"]


def reader_of(
    endpoint: Endpoint,
    stream: bool,  # noqa: FBT001 -- callers name it or not
    rpc_id: str | int | None = None,
    *,
    hide_usage: bool = False,
) -> Reader:
    """Return what watches one answer.

    Args:
        endpoint: the wire format.
        stream: whether the answer is sent as server-sent events.
        rpc_id: id of the MCP request that is answered.
        hide_usage: do not forward the usage chunk of a chat completion, which only the gateway asked for.
    """
    if endpoint is Endpoint.OPENAI_CHAT_COMPLETIONS:
        return chat.ChatReader(hide_usage=hide_usage) if stream else Whole(chat_whole.whole)
    if endpoint is Endpoint.OPENAI_RESPONSES:
        return responses.ResponsesReader() if stream else Whole(responses.whole)
    if endpoint is Endpoint.ANTHROPIC_MESSAGES:
        return messages.MessagesReader() if stream else Whole(messages.whole)
    return rpc.RpcReader(rpc_id) if stream else Whole(partial(rpc.whole, rpc_id=rpc_id))
