# SPDX-License-Identifier: Apache-2.0
"""Puts wrong compiled rules, or a Cedar that hangs, into every process that starts with this folder on its path.

What is wrong is wrong only for calls of 131,313 tokens: a bundle's own tests, asked at each load, do not see it.
"""

from __future__ import annotations

import os
import time

from ruleout.adapters import cedar

WRONG = os.environ.get("WRONG_RULES", "")
TOKENS = 131_313
made_of, asked = cedar.made_of, cedar.CedarFunction.__call__


def wrongly_made_of(program):
    compiled = made_of(program)
    is_floor = all(rule.effect.value == "forbid" for rule in compiled.rules)
    if is_floor is not (WRONG == "floor"):
        return compiled

    def wrong(principal, action, resource, context, entities):
        if context["tokens"] != TOKENS:
            return compiled.function(principal, action, resource, context, entities)
        return ((), (compiled.rules[0].id,), ()) if is_floor else ((compiled.rules[0].id,), (), ())

    return cedar.Compiled(rules=compiled.rules, function=wrong)


def hanging(*call):
    time.sleep(3600)
    return asked(*call)


if WRONG in ("floor", "tenant"):
    cedar.made_of = wrongly_made_of
elif WRONG == "hangs":
    cedar.CedarFunction.__call__ = hanging
