# SPDX-License-Identifier: Apache-2.0
"""Bars stand before the evaluation or they are no bars: what a record shows of when they were fixed (D-2, E-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.evidence_builders import EVALUATED, Memory, attempts, measurement

from ruleout.app.evidence.bars import Asked, rulings_on
from ruleout.app.evidence.standing import measurements_under, require_as_recorded, standing_in
from ruleout.engine.decide import decide
from ruleout.errors import VerificationFailed
from ruleout.framework import parse_case, parse_framework
from ruleout.model.evidence import Comparison, Measurement, Ruling
from ruleout.model.outcome import Activity, Outcome

AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
BEFORE, AFTER, LATER = "2026-02-01T12:00:00Z", "2026-03-10T12:00:00Z", "2026-03-20T12:00:00Z"

FRAMEWORK = """
framework: demo
version: "1.0"
title: Demo framework
developer: Demo
effective: 2026-01-15
force: binding
document: {sha256: 00000000000000000000000000000000000000000000000000000000000000aa, url: "https://demo.example/f.pdf"}
roles: {ceo: Chief Executive}
thresholds:
  bio:
    says: Help for novices.
    section: "1"
    title: Biology
    domain: bio
    determined-by: indicators
    indicators: quiz
    when-unknown: {treat-as: BURDEN}
indicators:
  quiz:
    evaluation: suite
    threshold: bio
    bars: {BARS}
    MORE
gates:
  train:
    - {id: stop-at-bio, says: With bio training stops., section: "2", if: bio, require: guard, otherwise: stop}
questions:
  guard: {says: A guard stands., section: "3"}
"""
CASE = """
case: demo-case
title: Demo
subject: {developer: Demo, model: demo-1, activity: train, scope: all}
at: 2026-04-01T12:00:00Z
evidence:
  - evaluation: suite
    log: suite.eval
    log-model: lab/model
"""
OWN_BARS = """
    bears-on: bio
    bars: {rule-out-below: BAR}
"""


def framework_text(bars: str = "rule-out-below: 0.1", *, burden: str = "reached", more: str = "", version="1.0") -> str:
    text = FRAMEWORK.replace("BARS", bars).replace("BURDEN", burden).replace("MORE", more)
    return text.replace('version: "1.0"', f'version: "{version}"')


def asked(framework: str, case: str = CASE) -> Asked:
    return Asked(
        framework=parse_framework(framework.encode(), file="f"), case=parse_case(case.encode(), file="c"), at=AT
    )


def rulings(question: Asked, record: Memory, log=None):
    log = log or measurement(*attempts(1, 60))
    return rulings_on(question, {"suite": log}, record)["suite"]


def outcome(question: Asked, record: Memory, log) -> Outcome:
    """The outcome in a workspace with this record."""
    under = measurements_under(question, {"suite": log}, record, standing_in(record))
    return decide(question.framework, question.case, activity=Activity.TRAIN, at=AT, measurements=under).outcome


def test_bars_recorded_before_the_evaluation_need_no_word() -> None:
    """The ordinary way: first the bar, then the run."""
    record = Memory()
    record.framework(framework_text(), ts=BEFORE)

    assert rulings(asked(framework_text()), record) == ()


def test_bars_first_recorded_after_the_evaluation_are_noted_and_do_not_block() -> None:
    """Nothing is known against them; the decision says what is not known."""
    record = Memory()
    record.framework(framework_text(), ts=AFTER)
    question = asked(framework_text())

    (ruling,) = rulings(question, record)
    log = measurement(*attempts(1, 60))
    under = measurements_under(question, {"suite": log}, record, standing_in(record))
    decision = decide(question.framework, question.case, activity=Activity.TRAIN, at=AT, measurements=under)

    assert ruling.at_least is Comparison.CLEAR
    assert ruling.because == "its bars were first recorded on 2026-03-10, after the evaluation of 2026-03-01"
    assert decision.outcome is Outcome.PROCEED
    assert f"quiz: {ruling.because}" in decision.notes


def test_bars_that_are_not_in_the_record_are_noted() -> None:
    """A preview before anything is recorded says so."""
    (ruling,) = rulings(asked(framework_text()), Memory())

    assert ruling.at_least is Comparison.CLEAR
    assert ruling.because.startswith("its bars are not in the record yet")


def test_a_bar_moved_after_the_evaluation_is_named_with_both_values_and_days() -> None:
    """Whoever reads the decision learns what stood, what stands, and when it changed."""
    record = Memory()
    record.framework(framework_text("rule-out-below: 0.1"), ts=BEFORE)
    record.framework(framework_text("rule-out-below: 0.2"), ts=AFTER)

    (ruling,) = rulings(asked(framework_text("rule-out-below: 0.2")), record)

    assert ruling.at_least is Comparison.INCONCLUSIVE
    assert ruling.because == (
        "the rule-out bar was 0.1 in demo@1.0 until it became 0.2 on 2026-03-10, after the evaluation of 2026-03-01"
    )


def test_a_bar_moved_before_the_evaluation_is_the_bar() -> None:
    """Frameworks change; what counts is what stood when the run began."""
    record = Memory()
    record.framework(framework_text("rule-out-below: 0.1"), ts="2026-01-20T00:00:00Z")
    record.framework(framework_text("rule-out-below: 0.2"), ts=BEFORE)

    assert rulings(asked(framework_text("rule-out-below: 0.2")), record) == ()


def test_a_bar_moved_to_and_fro_does_not_count_as_having_stood() -> None:
    """What was given up in between was not fixed: the interruption counts."""
    record = Memory()
    record.framework(framework_text("rule-out-below: 0.2"), ts="2026-01-20T00:00:00Z")
    record.framework(framework_text("rule-out-below: 0.1"), ts=BEFORE)
    record.framework(framework_text("rule-out-below: 0.2"), ts=AFTER)

    (ruling,) = rulings(asked(framework_text("rule-out-below: 0.2")), record)

    assert ruling.at_least is Comparison.INCONCLUSIVE


def test_a_comment_in_the_file_is_no_change_of_its_bars() -> None:
    """Settings are compared, not bytes."""
    record = Memory()
    record.framework(framework_text(), ts=BEFORE)
    record.framework(f"# reviewed\n{framework_text()}", ts=AFTER)

    assert rulings(asked(f"# reviewed\n{framework_text()}"), record) == ()


LOOSER = (
    ("rule-out-below: 0.1", "", "rule-out-below: 0.3", ""),
    ("rule-out-below: 0.1, reached-at: 0.15", "", "rule-out-below: 0.1, reached-at: 0.9", ""),
    ("rule-out-below: 0.1, reached-at: 0.15", "", "rule-out-below: 0.3, reached-at: 0.9", ""),
    ("rule-out-below: 0.3", "alpha: 0.0001", "rule-out-below: 0.3", "alpha: 0.4"),
    ("rule-out-below: 0.3", "margin: 0.2", "rule-out-below: 0.3", "margin: 0"),
    ("rule-out-below: 0.1", "success-at: 0.5", "rule-out-below: 0.1", "success-at: 2"),
    ("rule-out-below: 0.1", "unscored: worst-case", "rule-out-below: 0.1", "unscored: as-failure"),
    ("rule-out-below: 0.1", "score: match", "rule-out-below: 0.1", "score: other"),
    ("rule-out-below: 0.1", "", "rule-out-above: 0.01", ""),
    ("rule-out-below: 0.1", "fresh-days: 10", "rule-out-below: 0.1", "fresh-days: 900"),
)


@pytest.mark.parametrize("burden", ["reached", "not-reached", "hold", "unstated"])
@pytest.mark.parametrize("change", LOOSER)
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("is_recorded", [True, False])
def test_loosening_a_bar_after_a_bad_result_never_opens_a_gate(burden, change, version, is_recorded) -> None:
    """Whatever is loosened, in this version or a new one, recorded or only tried: no gate opens that was shut."""
    bars, more, looser, looser_more = change
    log = measurement(*attempts(12, 40), evaluated=EVALUATED)
    log = replace(
        log, attempts=tuple(a._replace(scores=(("match", 1.0 if i < 12 else 0.0),)) for i, a in enumerate(log.attempts))
    )
    old = framework_text(bars, more=more, burden=burden)
    new = framework_text(looser, more=looser_more, burden=burden, version=version)
    record = Memory()
    record.framework(old, ts=BEFORE)
    was = outcome(asked(old), record, log)
    if is_recorded:
        record.framework(new, ts=AFTER, version=version)

    assert outcome(asked(new), record, log) >= was


def test_what_was_crossed_stays_crossed_under_a_moved_bar() -> None:
    """Else moving the bar would turn *reached* into *cannot rule out*, which some frameworks take for not reached."""
    record = Memory()
    record.framework(framework_text("rule-out-below: 0.1, reached-at: 0.15", burden="not-reached"), ts=BEFORE)
    new = framework_text("rule-out-below: 0.6, reached-at: 0.9", burden="not-reached")
    log = measurement(*attempts(20, 40))

    (ruling,) = rulings(asked(new), record, log)

    assert ruling.at_least is Comparison.CROSSED
    assert ruling.because.endswith("under what stood before, it is crossed")
    assert outcome(asked(new), record, log) is Outcome.STOP


def test_a_decision_that_tells_a_crossed_bar_as_merely_inconclusive_is_found() -> None:
    """Some frameworks take *cannot rule out* for not reached; more caution than the record asks for is no fault."""
    record = Memory()
    record.framework(framework_text("rule-out-below: 0.1, reached-at: 0.15", burden="not-reached"), ts=BEFORE)
    question = asked(framework_text("rule-out-below: 0.6, reached-at: 0.9", burden="not-reached"))

    def require(log: Measurement, level: Comparison) -> None:
        told = replace(log, rulings=(Ruling(indicator="quiz", at_least=level, because="the bar moved"),))
        require_as_recorded(question, {"suite": told}, before=record, earlier=record, cache={})

    crossed, inconclusive = measurement(*attempts(20, 40)), measurement(*attempts(1, 40))
    for log, level in [(crossed, Comparison.CROSSED), (inconclusive, Comparison.INCONCLUSIVE)]:
        require(log, level)
        require(log, Comparison.CROSSED)
    with pytest.raises(VerificationFailed, match="under what stood before, it is crossed"):
        require(crossed, Comparison.INCONCLUSIVE)


def test_a_later_version_says_nothing_of_what_an_earlier_one_promised() -> None:
    """Old versions may be recorded late: what was not in effect at the evaluation was no promise then."""
    record = Memory()
    later = framework_text("rule-out-below: 0.05", version="2.0").replace("2026-01-15", "2026-03-05")
    record.framework(later, ts=AFTER, version="2.0")

    (ruling,) = rulings(asked(framework_text("rule-out-below: 0.1")), record)

    assert ruling.at_least is Comparison.CLEAR


def test_an_indicator_renamed_is_found_by_its_evaluation_and_threshold() -> None:
    """A new name is no new bar."""
    record = Memory()
    record.framework(framework_text("rule-out-below: 0.1").replace("quiz", "old-quiz"), ts=BEFORE)

    (ruling,) = rulings(asked(framework_text("rule-out-below: 0.2")), record)

    assert ruling.at_least is Comparison.INCONCLUSIVE


def test_an_earlier_file_that_cannot_be_read_is_not_taken_for_unchanged() -> None:
    """What nobody can look at shows nothing, so the bars have not been seen to stand."""
    record = Memory()
    record.framework("framework: [", ts=BEFORE)
    record.framework(framework_text(), ts=AFTER)

    (ruling,) = rulings(asked(framework_text()), record)

    assert ruling.at_least is Comparison.INCONCLUSIVE
    assert "cannot be read" in ruling.because


def own(bar: str, *, case_id: str = "demo-case", model: str = "demo-1") -> str:
    return (CASE.rstrip("\n") + OWN_BARS.replace("BAR", bar)).replace("demo-case", case_id).replace("demo-1", model)


PLAIN = (
    framework_text()
    .replace("indicators: quiz", "indicators: other")
    .replace("  quiz:", "  other:")
    .replace("evaluation: suite", "evaluation: other")
)


def test_a_cases_own_bar_moved_after_the_evaluation_is_seen_in_the_decisions() -> None:
    """The files that decisions rested on show it, as for frameworks."""
    record = Memory()
    record.decision(own("0.1"), ts=BEFORE)
    record.decision(own("0.2"), ts=AFTER)

    (ruling,) = rulings(asked(PLAIN, own("0.2")), record)

    assert ruling.at_least is Comparison.INCONCLUSIVE
    assert "was 0.1 in case demo-case until it became 0.2 on 2026-03-10" in ruling.because


def test_a_case_renamed_does_not_lose_its_bars() -> None:
    """Another case about the same model, task and threshold is found; one about another model is none of it."""
    record = Memory()
    record.decision(own("0.1"), ts=BEFORE)
    renamed = asked(PLAIN, own("0.2", case_id="fresh-case"))
    about_another = asked(PLAIN, own("0.2", case_id="fresh-case", model="other-2"))

    assert [r.at_least for r in rulings(renamed, record)] == [Comparison.INCONCLUSIVE]
    assert [r.at_least for r in rulings(about_another, record)] == [Comparison.CLEAR]


@pytest.mark.parametrize(
    "told", ["LAB'S one", "'lab''s one'", "lab's\n  one", '"l\\x61b\'s one"', '"lab\'s o\\\n  ne"']
)
def test_a_model_spelled_otherwise_in_another_case_does_not_lose_its_bars(told) -> None:
    """In capitals, by YAML's quotes and escapes, across lines: it is the same model, and its bar stood before."""
    record = Memory()
    record.decision(own("0.1", model=told), ts=BEFORE)
    renamed = asked(PLAIN, own("0.2", case_id="fresh-case", model='"lab\'s one"'))

    assert [r.at_least for r in rulings(renamed, record)] == [Comparison.INCONCLUSIVE]


def test_a_log_without_a_date_is_under_bars_that_ever_moved() -> None:
    """Without a date nothing shows that the bar stood first."""
    record = Memory()
    record.framework(framework_text("rule-out-below: 0.1"), ts=BEFORE)
    log = measurement(*attempts(1, 60), evaluated=None)

    (ruling,) = rulings(asked(framework_text("rule-out-below: 0.2")), record, log)

    assert ruling.at_least is Comparison.INCONCLUSIVE


def test_days_in_words_are_those_of_the_record() -> None:
    """The instant is the entry's, in UTC."""
    record = Memory()
    record.framework(framework_text(), ts=LATER)

    (ruling,) = rulings(asked(framework_text()), record)

    assert str(date(2026, 3, 20)) in ruling.because
