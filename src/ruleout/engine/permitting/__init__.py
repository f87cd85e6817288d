# SPDX-License-Identifier: Apache-2.0
"""Rules of permits: what a decision allows to be served, and everything of a request that it does not (G-1). Pure."""

from ruleout.engine.permitting.ground import Check, Ground, ground_of, issuing_roles, required_safeguards
from ruleout.engine.permitting.refusals import Refusal, refusals

__all__ = ["Check", "Ground", "Refusal", "ground_of", "issuing_roles", "refusals", "required_safeguards"]
