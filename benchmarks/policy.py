# SPDX-License-Identifier: Apache-2.0
"""Compiled policies beside cedarpy: the same answers, reasons included, and decisions per CPU-second of both.

    python benchmarks/policy.py [--quick] [--calls N] [--seed N]

Three parts. (1) Drawn policies of every operator, asked drawn calls with attributes missing and kinds that do not fit. (2) The
example's floor and tenant policy, asked drawn calls: every rule must hold in some, and fail to in others. (3) Speed on part 2,
one core, interleaved: decisions of both layers compiled, against cedarpy with parsed policies and entities, one request at a time.
Exit 1 where an answer differs, a rule is not covered, or an operator did not occur.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import cedarpy
from material.policies import Drawn

from ruleout.adapters.cedar import Oracle, as_cedar, made_of, tree_of
from ruleout.app.policy.load import proved
from ruleout.app.policy.sources import read_bundle
from ruleout.framework import parse_framework
from ruleout.policy.bundle import Bundle
from ruleout.policy.calls import call_of, in_cedar
from ruleout.policy.decide import Layer, Layers, decide
from ruleout.policy.floor import parse_floor
from ruleout.policy.floor_bundle import floor_bundle
from ruleout.policy.program import program_of
from ruleout.policy.values import Call, facts_of, uid_of, value_of

EXAMPLE = Path(__file__).parents[1] / "examples" / "policy"
CALLS_PER_POLICY = 50
OPERATORS = 26


def main() -> int:
    """Run the three parts. Effect: prints."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a twentieth of the calls")
    options.add_argument("--calls", type=int, default=120_000, help="calls of part 1; part 2 asks a half of it")
    options.add_argument("--seed", type=int, default=7)
    given = options.parse_args()
    calls = given.calls // 20 if given.quick else given.calls
    sound = drawn_policies(calls, given.seed) & example(calls // 2, given.seed)
    speed(4_000 if given.quick else 20_000, given.seed)
    return 0 if sound else 1


def drawn_policies(calls: int, seed: int) -> bool:
    """Part 1: whether no answer differs and every operator occurred."""
    seen: Counter[tuple[str, bool, bool]] = Counter()
    operators: set[str] = set()
    rules = differ = 0
    for number in range(calls // CALLS_PER_POLICY):
        drawn = Drawn(seed * 10**9 + number)
        text, entities = drawn.policies(), drawn.entities()
        asked = [drawn.call() for _ in range(CALLS_PER_POLICY)]
        program, known = program_of(tree_of(text)), facts_of(entities)
        compiled = made_of(program)
        for call, theirs in zip(asked, Oracle(text).answers(asked, entities), strict=True):
            differ += as_cedar(compiled.held(drawn_call(call, known))) != theirs
            seen[theirs[0], bool(theirs[1]), bool(theirs[2])] += 1
        rules += len(program.rules)
        operators |= drawn.operators
    total = sum(seen.values())
    print(f"drawn policies: {total:,} calls, {rules:,} rules, {len(operators)} operators; {differ} answers differ")
    for (decision, reasons, failed), count in sorted(seen.items()):
        words = f"{'with' if reasons else 'without'} reasons, {'some rule failed' if failed else 'no rule failed'}"
        print(f"  {decision:<6} {words:<40} {count:>9,}")
    return differ == 0 and len(operators) >= OPERATORS


def drawn_call(given: dict[str, Any], known: Any) -> Call:
    """A drawn call in our form."""
    uids = {part: uid_of(given[part]) for part in ("principal", "action", "resource")}
    return Call(**uids, context=value_of(given["context"]), entities=known)


def bundles() -> tuple[Bundle, Bundle]:
    """The example's floor and tenant bundle."""
    path = EXAMPLE / "frameworks" / "northlight-fsf" / "1.0.yaml"
    framework = parse_framework(path.read_bytes(), file=path.name)
    floor = parse_floor((EXAMPLE / "floor" / "floor.yaml").read_bytes(), framework, file="floor.yaml")
    return floor_bundle(floor), read_bundle(EXAMPLE / "acme", None)


def plain_calls(count: int, seed: int) -> list[dict[str, Any]]:
    """Calls to the example, some of whose circumstances are missing."""
    draw = random.Random(seed)
    uses, capabilities = (
        ("domestic-surveillance", "crowd-tracking", "tutoring"),
        ("target-selection", "malware", "chat"),
    )
    tools, named = ("camera-feed", "shell"), ("calculator", "calendar", "pay-invoice", "shell")

    def some(names: tuple[str, ...]) -> list[str]:
        return [name for name in names if draw.random() < 0.12]

    def one() -> dict[str, Any]:
        heads = {
            "tenant": "acme", "tier": draw.choice(("standard", "high", "none")),
            "action": draw.choice(("generate", "use-tool")), "model": draw.choice(("defender-1", "northlight-2")),
        }  # fmt: skip
        around = {
            "activity": draw.choice(("deploy-external", "deploy-external", "weapon-guidance")), "uses": some(uses),
            "endpoint": draw.choice(("chat", "respond", "messages", "batch")), "capabilities": some(capabilities),
            "tools": some(tools), "stream": draw.random() < 0.5, "tokens": draw.choice((0, 400, 20_000, 10**6)),
            "approved": draw.random() < 0.5, "tool": draw.choice(named),
        }  # fmt: skip
        return heads | {name: value for name, value in around.items() if draw.random() < 0.97}

    return [one() for _ in range(count)]


def example(calls: int, seed: int) -> bool:
    """Part 2: whether no answer differs, and every rule held in some calls and not in others."""
    asked = plain_calls(calls, seed)
    sound = True
    for bundle in bundles():
        compiled, cedar = proved(bundle), Oracle(bundle.policy)
        held: Counter[str] = Counter()
        failed: Counter[str] = Counter()
        differ = 0
        for plain in asked:
            request, entities = in_cedar(plain)
            ours = compiled.held(call_of(plain))
            differ += as_cedar(ours) != cedar.answers([request], entities)[0]
            held.update((*ours.permits, *ours.forbids))
            failed.update(ours.failed)
        print(f"{bundle.label}: {calls:,} calls; {differ} answers differ")
        for rule in compiled.rules:
            print(f"  {rule.id:<28} held {held[rule.id]:>8,}  failed {failed[rule.id]:>7,}")
            sound &= 0 < held[rule.id] < calls
        sound &= differ == 0
    return sound


def speed(calls: int, seed: int) -> None:
    """Part 3: decisions per CPU-second, in five interleaved rounds; the middle one counts."""
    floor, tenant = bundles()
    plain = plain_calls(calls, seed)
    ours = [call_of(one) for one in plain]
    theirs = [in_cedar(one)[0] for one in plain[: calls // 10]]
    known = cedarpy.Entities.from_json_str(_entities())
    below, above = (cedarpy.PolicySet.from_str(bundle.policy) for bundle in (floor, tenant))
    layer = Layer(bundle=tenant.label, compiled=proved(tenant))
    layers = Layers(floor=Layer(bundle=floor.label, compiled=proved(floor)), tenants={"acme": layer})
    rates: list[tuple[float, float]] = []
    for _ in range(5):
        start = time.process_time()
        for call in ours:
            decide(layers, call)
        between = time.process_time()
        for request in theirs:
            found = cedarpy.is_authorized(request, below, known)
            if not found.diagnostics.reasons and not found.diagnostics.errors:
                cedarpy.is_authorized(request, above, known)
        rates.append((calls / (between - start), len(theirs) / (time.process_time() - between)))
    mine, cedar = (sorted(rate)[2] for rate in zip(*rates, strict=True))
    print(
        f"decisions of both layers per CPU-second: compiled {mine:,.0f}, cedarpy {cedar:,.0f}; {mine / cedar:,.0f} times"
    )


def _entities() -> str:
    return '[{"uid": {"type": "Tenant", "id": "acme"}, "attrs": {}, "parents": [{"type": "Tier", "id": "standard"}]}]'


if __name__ == "__main__":
    from material.ending import end_with

    end_with(main)
