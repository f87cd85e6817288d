# SPDX-License-Identifier: Apache-2.0
"""What is counted of each exchange, by names of permits and closed lists only (G-11)."""

from __future__ import annotations

from ruleout.gateway.exchange import Exchange
from ruleout.gateway.live import GONE
from ruleout.serving.monitoring.counters import Counters
from ruleout.serving.monitoring.metrics import CUTS, LIMITS, REFUSALS, REQUESTS, SHADOWS, TOKENS, TOOL_CALLS
from ruleout.serving.refusal import Refusal, Why

#: Stands for whoever is not known: what a client sent is no label.
NOBODY = "_nobody"


def count(counters: Counters, it: Exchange, how: str, refusal: Refusal | None) -> None:
    """Count an exchange that has ended; `how` as in its record, or `refused`. Effect: on the counters."""
    tenant = it.caller.tenant if it.caller else NOBODY
    model = it.grant.model if it.grant else NOBODY
    counters.add(REQUESTS, tenant, model, it.endpoint._value_)
    if refusal is not None and refusal is not GONE:
        metric = REFUSALS if how == "refused" or not it.sent_bytes else CUTS
        counters.add(metric, tenant, model, refusal.why.value)
        if refusal.why is Why.LIMIT and refusal.rules:
            counters.add(LIMITS, tenant, model, refusal.rules[0])
    if it.tokens_in or it.tokens_out:
        counters.add(TOKENS, tenant, model, "in", by=it.tokens_in)
        counters.add(TOKENS, tenant, model, "out", by=it.tokens_out)
    for call in it.calls:
        # A model may call a tool by any name; only names of the permit are labels.
        known = it.grant is not None and call.tool in it.grant.tools
        counters.add(TOOL_CALLS, call.tool if known else NOBODY, call.verdict)
    for one in it.shadows:
        counters.add(SHADOWS, tenant, one.shadow, one.would)
