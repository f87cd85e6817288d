# SPDX-License-Identifier: Apache-2.0
"""A review as a page on a terminal and as a value: independence, approval, sections, clocks, versions, leaks (A-9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ruleout.accountability.reviews.answers import answers_value
from ruleout.accountability.reviews.clocks import ClockState, ReviewClock
from ruleout.accountability.reviews.fold import ReviewerState, ReviewState
from ruleout.accountability.reviews.leaks import Leak, LeakCheck
from ruleout.accountability.reviews.manifest import Manifest, manifest_value
from ruleout.documents.counts import count_of
from ruleout.model.plain import instant_text
from ruleout.model.review import Answers, ReviewRules
from ruleout.model.verdict import Verdict
from ruleout.reports.accountability.incident_text import minute
from ruleout.reports.page import Line, bullets, labelled, title

_TONES = {Verdict.YES: "good", Verdict.NO: "bad", Verdict.UNKNOWN: "warn"}
_INDEPENDENT = {
    Verdict.YES: "independent",
    Verdict.NO: "not independent",
    Verdict.UNKNOWN: "not known: not independent",
}
_CLOCK_TONES = {
    ClockState.DONE: "good",
    ClockState.DUE: "",
    ClockState.NOT_STARTED: "dim",
    ClockState.DONE_LATE: "bad",
    ClockState.OVERDUE: "bad",
}
_CLOCKS = {"share": "report handed over", "comment": "public comment"}


def review_page(
    state: ReviewState, uncovered: Iterable[str], clocks: Iterable[ReviewClock], *, width: int
) -> list[Line]:
    """Return the page of one review. Pure."""
    review, known = state.review, tuple(clocks)
    late = any(clock.state.is_failure for clock in known)
    word, tone = _word(state, is_late=late)
    lines = title(f"review {review.id} of {review.report}", word, width=width, tone=tone)
    lines += labelled("why", review.ground, width=width)
    lines += labelled("rules", f"{state.rules.title} ({state.rules.name})", width=width)
    given = "not stated" if state.submitted is None else minute(state.submitted)
    lines += labelled("submitted", given, width=width)
    lines += bullets("nobody reviews", list(uncovered), width=width, tone="warn")
    for one in state.reviewers:
        lines += _reviewer(one, [clock for clock in known if clock.reviewer == one.reviewer.id], width=width)
    lines += [Line(""), Line("acts", "title")]
    for act in state.acts:
        why = f": {act.reason}" if act.reason else ""
        about = f" {act.reviewer}" if act.reviewer else ""
        lines += labelled(minute(act.ts), f"{act.act}{about} by {', '.join(act.by)}{why}", width=width)
    return lines


def reviews_page(states: Iterable[ReviewState], late: Mapping[str, bool], *, width: int) -> list[Line]:
    """Return every review in a few lines. Pure."""
    lines: list[Line] = []
    for state in states:
        word, tone = _word(state, is_late=late[state.review.id])
        lines += title(f"review {state.review.id} of {state.review.report}", word, width=width, tone=tone)
        for one in state.reviewers:
            text = f"{_INDEPENDENT[one.independence.verdict]}, {count_of(len(one.filed), 'version')} filed"
            lines += labelled(f"  {one.reviewer.id}", text, width=width)
    return lines or [Line("no review in the record")]


def review_value(state: ReviewState, uncovered: Iterable[str], clocks: Iterable[ReviewClock]) -> dict[str, object]:
    """Return a review as a JSON value. Pure."""
    review = state.review
    return {
        "review": review.id,
        "report": review.report,
        "framework": review.framework,
        "ground": review.ground,
        "submitted": "unknown" if state.submitted is None else instant_text(state.submitted),
        "uncovered": list(uncovered),
        "reviewers": [_reviewer_value(one) for one in state.reviewers],
        "clocks": [_clock_value(clock) for clock in clocks],
        "acts": [
            {
                "entry": act.id,
                "act": act.act,
                "ts": instant_text(act.ts),
                "by": list(act.by),
                "reviewer": act.reviewer,
                "reason": act.reason,
            }
            for act in state.acts
        ],
    }


def obstacles_page(reviewer: str, says: Iterable[str], *, width: int) -> list[Line]:
    """Return why a package is not made. Pure."""
    return [
        Line(f"no package for {reviewer}", "bad"),
        *bullets("in the way", list(says), width=width, tone="warn"),
    ]


def package_value(manifest: Manifest, file: str, size: int) -> dict[str, object]:
    """Return a package that was made as a JSON value. Pure."""
    return {"file": file, "size": size, "package": manifest.digest, "manifest": manifest_value(manifest)}


def answers_page(answers: Answers, rules: ReviewRules | None, *, width: int) -> list[Line]:
    """Return a reviewer's answers. Pure.

    Args:
        rules: whose questions they answer; None to show the questions' ids alone.
    """
    asked = {} if rules is None else {question.id: question.asks for question in rules.questions}
    lines = title(f"answers of {answers.reviewer} to {answers.review}", answers.dated.isoformat(), width=width, tone="")
    lines += labelled("by", answers.by, width=width)
    lines += labelled("package", answers.package[:12], width=width)
    for section in answers.sections:
        words = f"conclusion: {section.agreement.value}; evidence: {section.adequacy.value}"
        lines += [Line(""), Line(section.section, "title"), *labelled("", words, width=width)]
        lines += labelled("", section.says, width=width) if section.says else []
    for one in answers.questions:
        lines += [Line(""), *labelled(one.question, asked.get(one.question, ""), width=width)]
        lines += labelled("", one.reply.value, width=width)
        lines += labelled("", one.says, width=width) if one.says else []
    if answers.remarks:
        lines += [Line(""), *labelled("remarks", answers.remarks, width=width)]
    return lines


def leaks_page(check: LeakCheck, blocking: Iterable[Leak], missing: Iterable[str], *, width: int) -> list[Line]:
    """Return what of a review says what is withheld: which answer, which hole, how, never the words. Pure.

    Args:
        missing: places of withheld values that are not at hand.
    """
    blocked, lacking = tuple(blocking), list(missing)
    lines = [Line("publication is blocked: answers say what the public is not shown", "bad")] if blocked else []
    if lacking:
        lines.append(Line("publication is held: withheld values are not at hand and cannot be looked for", "warn"))
        lines += bullets("missing", lacking[:20], width=width, tone="warn")
    for leak in blocked:
        lines += labelled("answer", leak.answer.replace("#", " "), width=width, tone="bad")
        lines += labelled("says", f"{leak.withheld} (recognised by {leak.how.value})", width=width)
    held = [leak for leak in check.leaks if leak not in blocked]
    for leak in held:
        text = f"{leak.answer.replace('#', ' ')}: an earlier version; shown as a hole"
        lines += labelled("hole", text, width=width, tone="warn")
    lines += labelled(
        "looked for", f"{check.searched} withheld values; paraphrases are not found: read it too", width=width
    )
    if check.unsearched:
        text = (
            f"{len(check.unsearched)} withheld values, too short or not to be read: {'; '.join(check.unsearched[:10])}"
        )
        lines += labelled("not looked for", text, width=width, tone="warn")
    return lines


def leaks_value(check: LeakCheck, blocking: Iterable[Leak], missing: Iterable[str]) -> dict[str, object]:
    """Return the same as a JSON value. Pure."""
    blocked, lacking = tuple(blocking), list(missing)
    return {
        "blocked": bool(blocked or lacking),
        "missing": lacking,
        "leaks": [
            {"answer": leak.answer, "withheld": leak.withheld, "how": leak.how.value, "blocks": leak in blocked}
            for leak in check.leaks
        ],
        "searched": check.searched,
        "unsearched": list(check.unsearched),
    }


def filed_value(entry: str, version: int, answers: Answers) -> dict[str, object]:
    """Return a filing as a JSON value. Pure."""
    return {"entry": entry, "version": version, "answers": answers_value(answers)}


def _word(state: ReviewState, *, is_late: bool) -> tuple[str, str]:
    if is_late:
        return "overdue or late", "bad"
    if any(one.published is not None for one in state.reviewers):
        return "published", "good"
    if any(one.filed for one in state.reviewers):
        return "answers filed", ""
    return ("with reviewers", "") if state.packages else ("being set up", "warn")


def _reviewer(one: ReviewerState, clocks: list[ReviewClock], *, width: int) -> list[Line]:
    verdict = one.independence.verdict
    lines = [Line(""), *title(f"reviewer {one.reviewer.id}", _INDEPENDENT[verdict], width=width, tone=_TONES[verdict])]
    lines += labelled("name", one.reviewer.name, width=width)
    lines += labelled("expertise", one.reviewer.expertise, width=width)
    against = [f"{t.question.id}: {t.tie.value} {t.says}".rstrip() for t in one.independence.against]
    lines += bullets("ties", against, width=width, tone=_TONES[verdict])
    lacking = f"missing: {', '.join(one.lacking)}"
    approved = labelled(
        "approval", lacking if one.lacking else "given", width=width, tone="warn" if one.lacking else "good"
    )
    lines += approved
    lines += labelled("sections", ", ".join(one.sections) or "none assigned", width=width)
    for clock in clocks:
        by = "" if clock.due is None else f", by {clock.due.last_day or minute(clock.due.ends)}"
        text = f"{_CLOCKS[clock.name]}: {clock.state.value}{by} ({clock.clause.section})"
        lines += labelled("clock", text, width=width, tone=_CLOCK_TONES[clock.state])
    lines += bullets("package", [f"{minute(ts)} {m.digest[:12]}" for ts, m in one.packages], width=width)
    versions = [f"version {f.version}, {minute(f.ts)}{': ' + f.reason if f.reason else ''}" for f in one.filed]
    return lines + bullets("filed", versions, width=width)


def _reviewer_value(one: ReviewerState) -> dict[str, object]:
    return {
        "reviewer": one.reviewer.id,
        "name": one.reviewer.name,
        "independent": one.independence.verdict.value,
        "ties": [{"question": t.question.id, "tie": t.tie.value, "says": t.says} for t in one.independence.tested],
        "lacking": list(one.lacking),
        "sections": list(one.sections),
        "packages": [{"ts": instant_text(ts), "package": manifest.digest} for ts, manifest in one.packages],
        "received": None if one.received is None else instant_text(one.received),
        "versions": [
            {"version": f.version, "entry": f.entry, "ts": instant_text(f.ts), "reason": f.reason} for f in one.filed
        ],
        "published": None if one.published is None else instant_text(one.published),
    }


def _clock_value(clock: ReviewClock) -> dict[str, object]:
    return {
        "clock": clock.name,
        "reviewer": clock.reviewer,
        "section": clock.clause.section,
        "clause": clock.clause.clause,
        "started": None if clock.started is None else instant_text(clock.started),
        "due": None if clock.due is None else instant_text(clock.due.ends),
        "done": None if clock.done is None else instant_text(clock.done),
        "state": clock.state.value,
    }
