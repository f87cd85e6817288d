# SPDX-License-Identifier: Apache-2.0
"""`ruleout prove` over the frameworks that ship: what is proved, what was found, and that seeded defects show."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ruleout.analysis.properties.result import Proof, Result, Status, Tried
from ruleout.analysis.prove import prove_framework
from ruleout.app.prove import prove_frameworks
from ruleout.app.sources import find_framework, known_frameworks
from ruleout.cli.main import build_app
from ruleout.cli.prove import exit_code
from ruleout.model.canonical import canonical
from ruleout.model.outcome import BurdenOfProof, Outcome

ROOT = Path(__file__).parents[2]
SHIPPED = known_frameworks(None)
FINDINGS = ROOT / "docs" / "guide" / "findings.md"
RSP = "anthropic-rsp@2.2"
_ROW = re.compile(r"^\| (?P<versions>[^|]+) \| (?P<property>[a-z-]+) \| `(?P<clause>[^`]+)` \| [^|]+ \|$", re.MULTILINE)


def written_down():
    """Every finding the guide lists, as (framework, property, clause)."""
    rows = [match.groupdict() for match in _ROW.finditer(FINDINGS.read_text(encoding="utf-8"))]
    return {(v.strip(), row["property"], row["clause"]) for row in rows for v in row["versions"].split(",")}


def shown(name, proof):
    """What a proof found, by the first clause at fault, or by what it was tried on where no clause is."""
    told = proof.with_status(Status.FAILED) + proof.with_status(Status.FINDING)
    return {(name, r.property, r.clauses[0] if r.clauses else r.subject) for r in told}


def prove(capsys, *arguments):
    """Run the verb; return its exit code and what it wrote."""
    code = build_app(["prove"])(args=["prove", *arguments], prog_name="ruleout", standalone_mode=False)
    return int(code or 0), capsys.readouterr().out


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_framework_is_proved_but_for_what_the_guide_lists(name):
    """Everything is settled, and what was found of the real documents is what docs/guide/findings.md tells, exactly."""
    proof = prove_framework(find_framework(name, None).framework)

    found, told = shown(name, proof), {row for row in written_down() if row[0] == name}

    assert proof.with_status(Status.NOT_PROVED) == ()
    assert found - told == set(), "add a row to docs/guide/findings.md for each"
    assert told - found == set(), "take the rows out of docs/guide/findings.md"


def test_the_guide_lists_no_framework_that_does_not_ship():
    """A finding about a framework that is gone would never be checked."""
    assert {row[0] for row in written_down()} <= set(SHIPPED)


def with_clause(framework, **changes):
    """Version 2.2 with its permissive peer clause changed, past the builder that would refuse it."""
    (clause,) = framework.peer_clauses
    return replace(framework, peer_clauses=(replace(clause, **changes),))


def without_cbrn_4(framework):
    kept = tuple(r for r in framework.rules if not r.clause.id.startswith("cbrn-4"))
    rules = tuple(replace(r, condition=r.condition.parts[1]) if r.clause.id.startswith("asl-4") else r for r in kept)
    return replace(framework, rules=rules)


def unknown_is_fine(framework):
    return replace(
        framework, thresholds=tuple(replace(t, when_unknown=BurdenOfProof.NOT_REACHED) for t in framework.thresholds)
    )


SEEDED = {
    "footnote 17 lowers the approval": ("approvals", lambda f: with_clause(f, lowers=("approved-first",))),
    "footnote 17 has no floor": ("floors", lambda f: with_clause(f, floor=Outcome.PROCEED)),
    "footnote 17 costs nothing": ("price", lambda f: with_clause(f, duties=())),
    "footnote 17 lowers nothing": ("peer-clauses", lambda f: with_clause(f, lowers=())),
    "no gate asks about cbrn-4": ("thresholds", without_cbrn_4),
    "what cannot be ruled out counts as not reached": ("caution", unknown_is_fine),
}


@pytest.mark.parametrize(("prop", "mutate"), SEEDED.values(), ids=SEEDED)
def test_a_defect_seeded_into_version_2_2_is_found(prop, mutate):
    """The property named for the defect says something of the mutant that it does not say of the document."""
    sound = find_framework(RSP, None).framework
    before, after = (
        {(r.property, r.status, r.clauses) for r in prove_framework(f).results} for f in (sound, mutate(sound))
    )

    assert prop in {name for name, status, _ in after - before if status is not Status.PROVED}


def test_the_page_names_each_property_and_each_finding(capsys):
    """A framework's page has a line per property, the clauses at fault, a state in words, and no claim of safety."""
    code, out = prove(capsys, RSP)

    assert code == 0
    assert out.startswith("anthropic-rsp@2.2")
    assert "proved         caution: What is not known never opens" in out
    assert "footnote-17 invoked" in out
    assert "does not say that a model is safe" in " ".join(out.split())


def test_json_holds_every_result_with_its_witness(capsys):
    """With --json each property has its results, and each state is told as answers, outcome and words."""
    code, out = prove(capsys, RSP, "--json")
    (proof,) = json.loads(out)["proofs"]
    (price,) = (tried for tried in proof["tried"] if tried["id"] == "price")
    found = next(result for result in price["results"] if result["status"] == "finding")

    assert code == 0
    assert out.encode() == canonical(json.loads(out)) + b"\n"
    assert proof["framework"] == RSP
    assert proof["timeout_ms"] == 10_000
    assert found["witness"]["invoked"] == ["footnote-17"]
    assert found["witness"]["outcome"] == "restrict"


def test_a_failure_exits_1_and_names_clause_and_state(capsys, tmp_path):
    """A file whose approval can be replaced by a standard fails, with the rule and the state that shows it."""
    text = find_framework(RSP, None).data.decode()
    path = tmp_path / "2.2.yaml"
    path.write_text(text.replace("require: {approved: rso}", "require: {any-of: [{approved: rso}, asl-2-security]}"))

    code, out = prove(capsys, str(path))

    assert code == 1
    assert "FAILED         approvals" in out
    assert "[training-approved]" in out
    assert "asl-2-security met" in out


def test_what_is_not_settled_exits_3_and_a_failure_beside_it_1():
    """Exit codes: 0 proved, findings included; 3 something open; 1 something failed, whatever else is open."""

    def proof(*found):
        results = tuple(Result(property="caution", subject="train", status=status) for status in found)
        tried = (Tried(id="caution", says="", results=results),)
        return Proof(framework="demo@1", digest="", timeout_ms=1, tried=tried)

    assert exit_code([proof(Status.PROVED), proof(Status.FINDING)]) == 0
    assert exit_code([proof(Status.PROVED, Status.NOT_PROVED)]) == 3
    assert exit_code([proof(Status.NOT_PROVED), proof(Status.FAILED)]) == 1


def test_without_names_every_known_framework_is_proved():
    """The default is all there are, in the order of their names, each asked with the time that was given."""
    asked = []

    def prover(framework, timeout_ms):
        asked.append((str(framework.id), timeout_ms))
        return Proof(framework=str(framework.id), digest="", timeout_ms=timeout_ms, tried=())

    proofs = prove_frameworks(None, None, timeout_ms=7, prover=prover)

    assert asked == [(name, 7) for name in SHIPPED]
    assert [proof.framework for proof in proofs] == list(SHIPPED)


def test_without_the_solver_the_verb_says_how_to_get_it():
    """Where z3 is not installed that is an expected failure with a hint, and help still works."""
    script = (
        "import sys; sys.modules['z3'] = None\n"
        "from ruleout.cli.main import build_app\n"
        "from ruleout.errors import RuleoutError\n"
        "app = build_app(['prove'])\n"
        "try: app(args=['prove', 'anthropic-rsp@2.2'], standalone_mode=False)\n"
        "except RuleoutError as error: print(error, '|', error.hint)\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)

    assert "proving needs the solver z3, which is not installed" in done.stdout
    assert "z3-solver" in done.stdout
