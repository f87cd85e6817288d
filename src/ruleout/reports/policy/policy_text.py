# SPDX-License-Identifier: Apache-2.0
"""Bundles and answers as pages: what was tested, which red lines nothing at run time shows, which rules decided."""

from __future__ import annotations

from collections.abc import Iterable

from ruleout.policy.bundle import Bundle
from ruleout.policy.decide import Answer, Ground
from ruleout.policy.trial import Fault
from ruleout.reports.page import Line, bullets, labelled, title

_SAYS = {
    Ground.RED_LINE: "a red line of the framework",
    Ground.FLOOR_FAILED: "the floor could not be asked, and what cannot be asked denies",
    Ground.NO_POLICY: "no policy for this tenant",
    Ground.FORBIDDEN: "forbidden by the tenant's policy",
    Ground.FAILED: "a rule of the tenant's policy could not be evaluated, and what fails denies",
    Ground.NOT_PERMITTED: "nothing in the tenant's policy permits it",
    Ground.PERMITTED: "permitted by the tenant's policy; the floor has no hit",
}


def tested_page(bundle: Bundle, rules: Iterable[str], faults: Iterable[Fault], *, width: int) -> list[Line]:
    """Return the page of a tested bundle. Pure."""
    rules, faults = tuple(rules), tuple(faults)
    word, tone = ("FAILED", "bad") if faults else ("tests hold", "good")
    lines = title(f"{bundle.kind.value} {bundle.label}", word, width=width, tone=tone)
    lines += labelled("tests", f"{len(bundle.trials)}, each asked of Cedar too", width=width)
    lines += labelled("rules", ", ".join(rules) or "none", width=width)
    lines += listed_lines(bundle, width=width)
    return [*lines, *bullets("found", (str(fault) for fault in faults), width=width, tone="bad"), Line("")]


def listed_lines(bundle: Bundle, *, width: int) -> list[Line]:
    """Return the red lines that nothing at run time shows, each with its reason; nothing for a tenant's. Pure."""
    listed = [f"{one['id']}: {one['reason']}" for one in bundle.about.get("listed", ())]
    lines = bullets("not shown", listed, width=width, tone="warn")
    if bundle.about.get("framework") and not listed and not bundle.about.get("enforced"):
        lines += labelled("red lines", f"{bundle.about['framework']} states none", width=width, tone="warn")
    return lines


def answer_page(answer: Answer, floor: Bundle, *, width: int) -> list[Line]:
    """Return the page of one answer. Pure. Source: G-10."""
    word, tone = ("allowed", "good") if answer.allowed else ("denied", "bad")
    lines = title(answer.ground.value, word, width=width, tone=tone)
    lines += labelled("because", _SAYS[answer.ground], width=width)
    lines += labelled("bundle", answer.bundle or "none", width=width)
    lines += bullets("rule", answer.rules, width=width)
    lines += bullets("failed", answer.failed, width=width, tone="bad")
    return [*lines, *listed_lines(floor, width=width)]
