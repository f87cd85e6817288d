# SPDX-License-Identifier: Apache-2.0
"""What one request asks for, whichever wire format it came in (G-5): all that rules, limits and permits look at."""

from __future__ import annotations

from typing import NamedTuple

from ruleout.model.permit import Endpoint


class Asked(NamedTuple):
    """What a request's body says that matters to what is decided. A named tuple: one is made per request.

    Nothing here says who asks: that is the key's. Nothing here is a tag that rules read: those the gateway sets itself.

    Attributes:
        model: the name under which the model is asked for, as sent; "" for `mcp-tools-call`, which names none.
        stream: whether the answer is to be streamed.
        tokens: the most tokens that the answer may have; 0 where the request does not say.
        tools: names of the tools offered to the model, sorted, each once, a provider's own built-in tools by their type;
            for `mcp-tools-call` the tool that is called.
        results: names of the tools whose results stand in the request and would be released to the model, sorted; a
            result of a call that the request does not show is named "" (G-4: checked again before it is released).
    """

    endpoint: Endpoint
    model: str
    stream: bool
    tokens: int
    tools: tuple[str, ...]
    results: tuple[str, ...]
