# SPDX-License-Identifier: Apache-2.0
"""Where two programs that share no code could part: both verifiers say the same of inputs made for it (L-8, L-10)."""

from __future__ import annotations

from dataclasses import replace

from tests.integration.test_log_one_file_verifier import ENTRIES, SINGLE, said_by_library, said_by_tool
from tests.ledger_builders import FakeSigner, bundle_of

from ruleout.ledger.bundle import Bundle, to_bytes
from ruleout.ledger.cosignature import Algorithm, CosignerKey
from ruleout.ledger.witness_policy import parse_policy


def nested(groups: int) -> str:
    """A policy in which each group is the two before it: read from the top, each would be counted twice as often."""
    lines = [f"witness g0 {cosigner('w')}", "group g1 any g0"]
    lines += [f"group g{nth} all g{nth - 1} g{nth - 2}" for nth in range(2, groups)]
    return "\n".join([*lines, f"quorum g{groups - 1}", ""])


def cosigner(name: str) -> CosignerKey:
    return CosignerKey(name, FakeSigner(name[:200]).public_key, Algorithm.ED25519)


def stated(policy: str) -> Bundle:
    """Chosen entries under a policy, which is then not held against the record's."""
    return replace(bundle_of(ENTRIES, chosen=(0,)), policy=policy)


def test_groups_of_groups_are_counted_once_each() -> None:
    """A policy of two pages ends at once, by both; met by the one witness that all of it rests on."""
    policy, other = parse_policy(nested(120)), SINGLE.parse_policy(nested(120))

    assert [policy.is_met(["g0"]), policy.is_met([]), policy.count(["g0"])] == [True, False, 2]
    assert [SINGLE.is_met(other, ["g0"]), SINGLE.is_met(other, [])] == [True, False]
    assert said_by_library(to_bytes(stated(nested(120)))) == said_by_tool(to_bytes(stated(nested(120))))
