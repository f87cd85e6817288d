# SPDX-License-Identifier: Apache-2.0
"""Bytes of a framework or case file -> the model, in three steps: text, shape, meaning.

Each step reports all of its problems and the next one runs only on what passed: a file with a defect is refused whole.
"""

from __future__ import annotations

import hashlib

from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.framework.build import build_framework
from ruleout.framework.case_build import build_case
from ruleout.framework.case_document import CaseDoc
from ruleout.framework.framework_document import FrameworkDoc
from ruleout.model.case import Case
from ruleout.model.framework import Framework


def parse_framework(data: bytes, *, file: str) -> Framework:
    """Return the framework that a file describes. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: D-1, D-4 to D-11; ADR 0002, ADR 0003.
    """
    document = read_yaml(data, file=file)
    return build_framework(validate(FrameworkDoc, document), document, digest=hashlib.sha256(data).hexdigest())


def parse_case(data: bytes, *, file: str, indicators: frozenset[str] = frozenset()) -> Case:
    """Return the case that a file describes. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.
        indicators: ids of the frameworks' own indicators, which departures may name besides the case's evidence.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: D-2, D-3, D-11, E-6; ADR 0002, ADR 0003.
    """
    document = read_yaml(data, file=file)
    return build_case(validate(CaseDoc, document), document, indicators=indicators)
