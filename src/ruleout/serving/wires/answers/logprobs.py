# SPDX-License-Identifier: Apache-2.0
"""Tokens of a text with their likelihood: the text once more, which must not say another thing unseen."""

from __future__ import annotations

from ruleout.serving.wires.answers.plain import MAX_NAME, Field, as_list, as_text, known
from ruleout.serving.wires.values import CutShort

_LIKELY = {"token": Field.MARK, "logprob": Field.MARK, "bytes": Field.READ}
_TOKEN = {**_LIKELY, "top_logprobs": Field.READ}


def unsaid(tokens: object, said: str) -> str:
    """Return tokens that are not the text again, where there are any; likely other tokens are looked at for size only.

    Raises: CutShort.
    """
    found = ""
    for one in as_list(tokens):
        token, _ = known(one, _TOKEN)
        for other in as_list(token.get("top_logprobs")):
            _check_bytes(known(other, _LIKELY)[0].get("bytes"))
        _check_bytes(token.get("bytes"))
        found += as_text(token.get("token"))
    return "" if found == said else found


def _check_bytes(told: object) -> None:
    numbers = as_list(told)
    if len(numbers) > MAX_NAME or any(type(one) is not int for one in numbers):
        raise CutShort("the answer has a shape that is not known here")
