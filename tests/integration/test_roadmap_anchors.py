# SPDX-License-Identifier: Apache-2.0
"""Sentences that a roadmap's file anchors are looked for in a copy that the user brings (A-2)."""

from __future__ import annotations

import hashlib

from tests.integration.command_line import run

from ruleout.framework.anchors import anchor_of

SENTENCES = {
    "goal": "We will build a prototype.",
    "part": "Phase 1 is an inventory - by May 15.",
    "invariant": "Egress is allowlisted.",
    "candidate": "A pilot of vetting.",
    "next": "We will decide within two weeks.",
    "expected": "By then most goals are reached.",
}
A = {name: anchor_of(sentence) for name, sentence in SENTENCES.items()}
COPY = "A roadmap\n" + "\n".join(f"Words before. {sentence} Words after." for sentence in SENTENCES.values())
FILE = f"""
roadmap: lab
title: Roadmap
developer: Lab
published: 2026-02-24
document: {{url: "https://example.org/r", sha256: {hashlib.sha256(COPY.encode()).hexdigest()}}}
goals:
  prototype:
    area: security
    title: A prototype
    says: It is built.
    section: Security
    anchor: {A["goal"]}
    candidates: {{vetting: {{says: Vetting., anchor: {A["candidate"]}}}}}
    then: {{decision: {{says: A decision., within: 2 weeks, anchor: {A["next"]}}}}}
    parts:
      phase-1:
        title: Phase 1
        says: An inventory.
        anchor: {A["part"]}
        rule: {{fully: 60, mostly: 80, invariants: {{egress: {{says: Allowlisted., anchor: {A["invariant"]}}}}}}}
  unanchored: {{area: security, title: Other, says: Something.}}
expectations:
  later: {{when: Later, says: Most., anchor: {A["expected"]}}}
"""


def looked_for(folder, copy: str):
    """Run the command over the file and a copy with this text."""
    (folder / "r.yaml").write_text(FILE, "utf-8")
    (folder / "copy.txt").write_text(copy, "utf-8")
    return run("roadmap", "anchors", "r.yaml", "--document", "copy.txt", "--json", folder=folder)


def test_every_anchored_sentence_is_found_in_the_page(tmp_path):
    """Goal, part, invariant, candidate, what is owed and what is expected; the copy is the very file named."""
    result = looked_for(tmp_path, COPY)

    assert result.code == 0
    assert result.json["found"] == [
        "prototype",
        "prototype.phase-1",
        "prototype.phase-1.egress",
        "prototype.vetting",
        "prototype.decision",
        "expectations.later",
    ]
    assert result.json["unanchored"] == ["unanchored"]
    assert result.json["copies"][0]["is_the_named_document"] is True


def test_a_sentence_with_another_date_is_not_found(tmp_path):
    """One word that changed, a date for instance, and the sentence is another one."""
    result = looked_for(tmp_path, COPY.replace("May 15", "September 30"))

    assert result.code == 1
    assert result.json["missing"] == [{"id": "prototype.phase-1", "section": "Security"}]
    assert result.json["copies"][0]["is_the_named_document"] is False


def test_a_copy_without_text_is_refused(tmp_path):
    """An empty copy answers nothing."""
    assert looked_for(tmp_path, "").code == 2
