# SPDX-License-Identifier: Apache-2.0
"""A permit's file: what it asks for, and every problem of it at once (G-1)."""

from __future__ import annotations

import pytest

from ruleout.accountability.permits.parse import parse_permit
from ruleout.errors import BadInput
from ruleout.model.permit import ContentPolicy, Dimension, Endpoint, Limit, LimitKind, Only

DIGEST = "d" * 64
TEXT = f"""\
permit: general
title: General release
decision: case-1/demo@1.0/deploy-external/1
activity: deploy-external
scope: general release
not-before: 2026-03-01
expires: 2026-06-30
models:
  - {{model: demo-1, digest: {DIGEST}, served-as: [demo, demo-1]}}
tenants:
  - {{tenant: agency-a, customer: Agency A, tiers: [paid]}}
endpoints: [anthropic-messages]
tools:
  - {{tool: code-execution, at-most: {{tool-calls-per-request: 3}}}}
limits: {{requests-per-minute: 600}}
safeguards:
  watch: {{hook: agent-watch}}
  vault: {{outside: The weights lie where no request reaches them.}}
conditions:
  slow: {{says: Slowly., at-most: {{requests-per-minute: 100}}, only: {{tiers: [paid]}}}}
  told: {{says: The board is told., duty: {{owner: counsel}}}}
"""


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(BadInput) as caught:
        parse_permit(text.encode(), file="x.yaml")
    return [(one.id, one.where.path) for one in caught.value.problems]


def test_what_it_asks_for_is_read_as_written():
    """What is not written is the tighter: a human approves, no content is kept."""
    asked = parse_permit(TEXT.encode(), file="x.yaml")
    slow, told = asked.terms.conditions

    assert asked.terms.endpoints == (Endpoint.ANTHROPIC_MESSAGES,)
    assert asked.terms.tools[0].human_approval
    assert asked.terms.content is ContentPolicy.NEVER
    assert slow.limits == (Limit(kind=LimitKind.REQUESTS_PER_MINUTE, at_most=100),)
    assert slow.only == (Only(dimension=Dimension.TIERS, names=("paid",)),)
    assert (slow.is_enforced, told.is_enforced) == (True, False)
    assert asked.terms.required_hooks == ("agent-watch",)


@pytest.mark.parametrize("kind", ["tokens-per-request", "tokens-per-day", "concurrent-streams"])
def test_a_limit_of_a_tool_is_one_that_is_counted_for_tools(kind):
    """A call of a tool has no tokens and no stream of its own: nothing would hold it to them."""
    text = TEXT.replace("tool-calls-per-request: 3", f"requests-per-minute: 3, requests-per-day: 9, {kind}: 3")

    assert problems(text) == [("P005", f"$.tools[0].at-most.{kind}")]


def test_all_problems_come_out_at_once():
    """In file order."""
    text = (
        TEXT.replace("{hook: agent-watch}", "{}")
        .replace("2026-06-30", "2026-02-28")
        .replace("[demo, demo-1]", "[d, d]")
    )

    assert [id_ for id_, _ in problems(text)] == ["P002", "P003", "P001"]
