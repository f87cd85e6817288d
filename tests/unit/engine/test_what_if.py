# SPDX-License-Identifier: Apache-2.0
"""What another answer would change is found without judging again what does not ask the question (D-12, D-13)."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.builders import (
    all_,
    any_,
    case,
    framework,
    met,
    permits_lowering,
    question,
    reached,
    red_line,
    ref,
    rule,
    safeguard,
    threshold,
)
from tests.unit.engine.test_decide import decided

from ruleout.engine import decide, evaluate, remedies
from ruleout.engine.evaluate import State, evaluate_activity
from ruleout.engine.remedies import find_remedies
from ruleout.engine.what_if import single_changes
from ruleout.model.formula import Atom, Kind, Not
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

EXTERNAL = Activity.DEPLOY_EXTERNAL


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[object]:
    """The first argument of each call of a function, from now on."""
    calls: list[object] = []
    real: Callable[..., object] = getattr(module, name)

    def counting(first: object, *rest: object) -> object:
        calls.append(first)
        return real(first, *rest)

    monkeypatch.setattr(module, name, counting)
    return calls


def many(count: int):
    """As many rules as thresholds and safeguards: each rule asks for one of each."""
    rules = [rule(f"r{n}", condition=reached(f"t{n}"), require=met(f"s{n}")) for n in range(count)]
    thresholds = tuple(threshold(f"t{n}") for n in range(count))
    return framework(*rules, thresholds=thresholds, safeguards=tuple(safeguard(f"s{n}") for n in range(count)))


def test_a_single_change_judges_only_the_rules_that_ask_it(monkeypatch):
    """Of 40 rules, 80 questions with two other answers each: each rule once, and once more for each of its four."""
    calls = counted(monkeypatch, evaluate, "rule_contribution")
    given = many(40)
    asked = evaluate.atoms_asked(given, EXTERNAL)

    changes = single_changes(given, EXTERNAL, State({}), asked, Outcome.HOLD)

    assert changes == ()
    assert len(calls) == 40 + 4 * 40


def test_remedies_judge_only_the_rules_that_ask_what_they_leave_out(monkeypatch):
    """Of 32 ways tried with 12 changes each, a rule is judged once for each change, not each rule for each change."""
    calls = counted(monkeypatch, evaluate, "rule_contribution")
    given = many(12)
    evaluation = evaluate_activity(given, EXTERNAL, State({}))
    calls.clear()

    found = find_remedies(given, EXTERNAL, State({}), evaluation, fixed=frozenset())

    assert (len(found.ways), found.complete) == (16, False)
    tried, left_out, shown = 32 * 12, 32 * (12 + 12), 16 * 12
    assert len(calls) == tried + left_out + shown


def test_ways_come_fewest_changes_first_and_then_by_their_labels():
    """The order of remedies: by count, then as the words of their changes sort, a *no* before a *yes*."""
    two = rule(require=any_(all_(met("a"), met("b")), met("c"), ref(Kind.QUESTION, "10"), ref(Kind.QUESTION, "9")))
    given = framework(two, safeguards=tuple(safeguard(name) for name in "abc"))
    evaluation = evaluate_activity(given, EXTERNAL, State({}))

    ways = find_remedies(given, EXTERNAL, State({}), evaluation, fixed=frozenset()).ways

    assert [sorted(atom.name for atom, _ in wish) for wish, _ in ways] == [["10"], ["9"], ["c"], ["a", "b"]]


def test_no_way_wants_one_question_answered_twice():
    """Where one rule wants a question answered yes and another no, no way through both is shown."""
    question = ref(Kind.QUESTION, "q")
    wants_both = [rule("r1", require=question), rule("r2", condition=question, otherwise=Outcome.HOLD)]
    given = framework(*wants_both)
    evaluation = evaluate_activity(given, EXTERNAL, State({}))

    assert find_remedies(given, EXTERNAL, State({}), evaluation, fixed=frozenset()).ways == ()


def test_a_decision_lists_what_an_activity_asks_once(monkeypatch):
    """What an activity asks is found once for a decision and once for its remedies, however many thresholds there are."""
    calls = counted(monkeypatch, decide, "atoms_asked")
    calls_of_remedies = counted(monkeypatch, remedies, "atoms_asked")
    given = many(9)

    decided(given.rules, about=case(), thresholds=given.thresholds, safeguards=given.safeguards)

    assert (len(calls), len(calls_of_remedies)) == (1, 1)


def test_what_a_peer_clause_costs_is_weighed_with_it():
    """A change that pays for an invoked clause bears on the rule the clause lowers, which does not ask it itself."""
    clause = permits_lowering("fn", when=ref(Kind.QUESTION, "small"), lowers=("r",))
    given = framework(rule(require=met()), peer_clauses=(clause,))
    state = State({Atom(Kind.SAFEGUARD, "s"): Verdict.NO}, frozenset({"fn"}))
    small = Atom(Kind.QUESTION, "small")

    assert single_changes(given, EXTERNAL, state, [small], Outcome.HOLD) == ((small, Verdict.YES, Outcome.RESTRICT),)


A, B, C, D = (ref(Kind.QUESTION, name) for name in "abcd")


def ways_of(*rules, answers=None, invoked=(), **more):
    """The names of what each remedy changes, and whether it is said that these are all."""
    given = framework(*rules, questions=tuple(question(name) for name in "abcd"), **more)
    state = State({Atom(Kind.QUESTION, name): verdict for name, verdict in (answers or {}).items()}, frozenset(invoked))
    found = find_remedies(given, EXTERNAL, state, evaluate_activity(given, EXTERNAL, state), fixed=frozenset())
    return [sorted(atom.name for atom, _ in wish) for wish, _ in found.ways], found.complete


def test_ways_are_not_all_there_are_where_one_shuts_what_was_open():
    """Yes to *a* opens one rule and shuts another, which wants more beside it: that way is not shown, and not denied."""
    shut = rule("shut", condition=B, require=any_(A, D))
    shuts = rule("shuts", condition=C, require=Not(A))

    answers = {"a": Verdict.NO, "b": Verdict.YES, "c": Verdict.YES, "d": Verdict.NO}
    ways, complete = ways_of(shut, shuts, answers=answers)

    assert (ways, complete) == ([["b"], ["d"]], False)


def test_ways_are_not_all_there_are_where_a_clause_could_be_paid_for():
    """What an invoked clause costs would open the gate as well, and is not searched."""
    clause = permits_lowering("fn", when=A, lowers=("r",))

    assert ways_of(rule(condition=None, require=B), peer_clauses=(clause,), invoked=("fn",)) == ([["b"]], False)
    assert ways_of(rule(condition=None, require=B), peer_clauses=(clause,)) == ([["b"]], True)


def test_behind_a_red_line_there_is_nothing_to_pay_for():
    """No clause reaches a red line: that nothing opens it is known, whatever is invoked."""
    clause = permits_lowering("fn", when=A, lowers=("r",))
    line = red_line("line", C)

    ways = ways_of(rule(condition=None, require=B), peer_clauses=(clause,), red_lines=(line,), invoked=("fn",))

    assert ways == ([], True)


def test_ways_left_out_for_their_number_are_not_denied():
    """Of 2500 ways through two rules 256 are kept: those that the third rule allows are not among them."""
    firsts, others = ([ref(Kind.QUESTION, f"{half}{n:02}") for n in range(50)] for half in "xy")
    wanted = (any_(*firsts), any_(*others), all_(*(Not(one) for one in firsts[:49])))

    ways, complete = ways_of(*(rule(f"r{n}", condition=None, require=one) for n, one in enumerate(wanted)))

    assert (ways, complete) == ([], False)


def test_no_change_is_shown_that_another_left_out_makes_needless():
    """Yes to *a* pays for a clause that yes to *c* would end: without *c*, nobody needs *b* either."""
    clause = permits_lowering("fn", when=all_(A, Not(C)), lowers=("r2", "r3"))
    rules = [rule(f"r{n}", condition=None, require=one) for n, one in enumerate((A, B, C), 1)]

    ways, _ = ways_of(*rules, answers={"c": Verdict.NO}, peer_clauses=(clause,), invoked=("fn",))

    assert ways == [["a"]]
