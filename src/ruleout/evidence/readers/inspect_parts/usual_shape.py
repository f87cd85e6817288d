# SPDX-License-Identifier: Apache-2.0
"""What `shape` declares of samples and summaries, as nearly all are: one score, and nothing else to tell (E-1).

Each is the shape of the same name, narrowed: what the decoder takes for one of these it also takes for that, with the same
values, and whatever else a log may hold it refuses. So the decoder answers on its way what would have to be asked of
every row afterwards. A test holds the fields of both against each other.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from ruleout.evidence.json_text import Scalar
from ruleout.evidence.readers.inspect_parts.shape import Blank, Count

NoBlank = Annotated[list[Blank], msgspec.Meta(max_length=0)]
NoText = Annotated[str, msgspec.Meta(max_length=0)]
Zero = Annotated[int, msgspec.Meta(ge=0, le=0)]


class UsualScore(msgspec.Struct, gc=False):
    """A score without parts, reason, note or edit."""

    value: Scalar | list[Scalar] = None
    reason: None = None
    metadata: None = None
    history: NoBlank | None = None


OneScore = Annotated[dict[str, UsualScore], msgspec.Meta(min_length=1, max_length=1)]


class UsualChoice(msgspec.Struct, gc=False):
    """An answer that no filter stopped."""

    stop_reason: Literal["", "stop", "max_tokens", "model_length", "tool_calls", "unknown"] = ""


class UsualOutput(msgspec.Struct, gc=False):
    """As `OutputShape`."""

    choices: list[UsualChoice] = []


class UsualSample(msgspec.Struct, gc=False):
    """A sample with one score that nothing ended early."""

    id: int | str
    epoch: Count
    scores: OneScore
    input: Any = None
    choices: Any = None
    target: Any = None
    sandbox: Any = None
    files: Any = None
    setup: Any = None
    output: UsualOutput | None = None
    score: None = None
    error: None = None
    invalidation: None = None
    limit: None = None
    error_retries: NoBlank | None = None
    started_at: str | None = None


class UsualSummary(msgspec.Struct, gc=False):
    """The summary of such a sample."""

    id: int | str
    epoch: Count
    scores: OneScore
    error: None = None
    limit: NoText | None = None
    retries: Zero | None = None
