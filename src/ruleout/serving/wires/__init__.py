# SPDX-License-Identifier: Apache-2.0
"""Wire formats: read requests strictly, watch answers as they stream, refuse and end in each native form (G-5)."""

from ruleout.serving.wires.answers import CutShort, Piece, Reader, ToolCall, reader_of, whole_of
from ruleout.serving.wires.refusals import refuse
from ruleout.serving.wires.requests import BadRequest, Request, method_of, read_request

__all__ = [
    "BadRequest",
    "CutShort",
    "Piece",
    "Reader",
    "Request",
    "ToolCall",
    "method_of",
    "read_request",
    "reader_of",
    "refuse",
    "whole_of",
]
