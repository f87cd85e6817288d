# SPDX-License-Identifier: Apache-2.0
"""Fields that several wire formats have."""

from __future__ import annotations

from ruleout.serving.wires.requests.field import (
    CLOSED,
    FLAG,
    LIST,
    NUMBER,
    OBJECT,
    TEXT,
    TEXT_OR_OBJECT,
    WHOLE,
    Field,
    Table,
)

TUNES = "tunes the answer"
TOLD = "told to the model"
KEPT = "tunes what is kept, not what is answered"
JUDGED = "judged"
TRACES = "labels for the client's own use"

TYPE: Table = {"type": Field(TEXT, JUDGED)}
BREAKPOINT = Field(OBJECT, KEPT, {"mode": Field(TEXT, KEPT), "ttl": Field(TEXT, KEPT)})
CACHE_CONTROL = Field(OBJECT, KEPT, {"type": Field(TEXT, KEPT), "ttl": Field(TEXT, KEPT)})
SCHEMA = Field(OBJECT, TOLD)
CALLER = Field(OBJECT, "judged: direct only", {**TYPE, **dict.fromkeys(("tool_id", "caller_id"), Field(TEXT, JUDGED))})
CALLERS = Field(LIST, "judged: direct only")

#: Of both of OpenAI's formats.
OPENAI: Table = {
    "model": Field(TEXT, "judged: the name under which the model is asked for"),
    "stream": Field(FLAG, JUDGED),
    "tools": Field(LIST, "judged: every tool is named"),
    "tool_choice": Field(TEXT_OR_OBJECT, "judged: tools that it names count as offered"),
    "parallel_tool_calls": Field(FLAG, TUNES),
    "temperature": Field(NUMBER, TUNES),
    "top_p": Field(NUMBER, TUNES),
    "top_logprobs": Field(WHOLE, TUNES),
    "metadata": Field(OBJECT, TRACES),
    "user": Field(TEXT, TRACES),
    "safety_identifier": Field(TEXT, TRACES),
    "service_tier": Field(TEXT, TUNES),
    "store": Field(FLAG, KEPT),
    "prompt_cache_key": Field(TEXT, KEPT),
    "prompt_cache_retention": Field(TEXT, KEPT),
    "prompt_cache_options": Field(OBJECT, KEPT, {"mode": Field(TEXT, KEPT), "ttl": Field(TEXT, KEPT)}),
    "moderation": Field(CLOSED, "it names another model and changes what the provider holds back"),
}
