# SPDX-License-Identifier: Apache-2.0
"""Reading requests of four wire formats into one value; what is not known is refused (G-5, ADR 0031)."""

from ruleout.serving.wires.requests.bad_request import BadRequest
from ruleout.serving.wires.requests.mcp import method_of
from ruleout.serving.wires.requests.read import read, read_request
from ruleout.serving.wires.requests.request import Request

__all__ = ["BadRequest", "Request", "method_of", "read", "read_request"]
