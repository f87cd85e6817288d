# SPDX-License-Identifier: Apache-2.0
"""What is said on stderr while serving: one line of JSON each, names and figures, never content."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping


def tell(what: Mapping[str, object]) -> None:
    """Say what happened. Effect: writes to stderr."""
    sys.stderr.write(f"ruleout gateway: {json.dumps(what)}\n")
    sys.stderr.flush()
