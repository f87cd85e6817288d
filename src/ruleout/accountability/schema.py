# SPDX-License-Identifier: Apache-2.0
"""Shapes of the registers' files, for `ruleout schema`: the shape, not the meaning; the parsers decide."""

from __future__ import annotations

from ruleout.accountability.duties.document import CadenceDoc, DutiesDoc
from ruleout.documents.fields import Doc

#: A file's shape by the name that `ruleout schema` gives it.
SHAPES: dict[str, type[Doc]] = {
    "duties": DutiesDoc,
    "cadence": CadenceDoc,
}
