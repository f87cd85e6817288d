# SPDX-License-Identifier: Apache-2.0
"""No way to publish makes a change silent: what differs between any two published versions stands in the logs between (D-15)."""

from __future__ import annotations

import copy
import json
import random
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ruleout.analysis.announced.differences import What, differences
from ruleout.analysis.announced.judge import refusals
from ruleout.analysis.compare.joint import Step
from ruleout.analysis.compare.versions import compare
from ruleout.documents.yaml_text import read_yaml
from ruleout.framework import parse_framework
from ruleout.model.change_log import AnnouncedChange, AnnouncedKind, ChangeLog
from ruleout.model.listed_clauses import clauses_of

FILE = Path(__file__).parents[2] / "examples" / "change-control" / "acme-fsf" / "1.0.yaml"
BASE = read_yaml(FILE.read_bytes(), file="1.0.yaml").value
#: What is not the promise: where it stands, and notes about it.
PASSED_OVER = {"section", "anchor", "note"}


def rules(value):
    return value["gates"]["deploy-external"]


def drop_rule(value):
    value["gates"]["deploy-external"] = rules(value)[:1]


def put(*path, to):
    """A change of one datum; nothing where what holds it is gone."""

    def change(value):
        for step in path[:-1]:
            if step not in value:
                return
            value = value[step]
        value[path[-1]] = copy.deepcopy(to)

    return change


def drop(*path):
    def change(value):
        for step in path[:-1]:
            value = value.get(step, {})
        value.pop(path[-1], None)

    return change


def second_rule(to):
    def change(value):
        if len(rules(value)) > 1:
            rules(value)[1]["require"] = to

    return change


def relocate(value):
    if value["duties"].pop("outside-review", None):
        value["recommendations"] = {"outside-review": {"says": "An outside reviewer looks.", "section": "6"}}


#: Changes, and the clauses of which each asks less.
CHANGES = (
    (drop_rule, {"approved-first"}),
    (second_rule({"approved": "rso"}), {"approved-first"}),
    (second_rule({"approved": {"any-of": ["ceo", "rso"]}}), {"approved-first"}),
    (lambda value: rules(value)[0].update(otherwise="restrict"), {"autonomy-deployment"}),
    (put("duties", "risk-report", "every", to="1 year"), {"risk-report"}),
    (put("duties", "risk-report", "every", to="3 months"), set()),
    (drop("safeguards", "agent-watch", "criteria", "stopped"), {"agent-watch/stopped"}),
    (put("safeguards", "agent-watch", "says", to="Agents are looked at."), set()),
    (put("thresholds", "autonomy-1", "when-unknown", "treat-as", to="not-reached"), {"autonomy-1"}),
    (put("roles", "board", to="Board of Directors"), set()),
    (put("changes", "consult", to=[]), {"change-of-framework"}),
    (put("changes", "notice", to="1 day"), {"change-of-framework"}),
    (relocate, {"outside-review"}),
)


def framework_of(value, version):
    return parse_framework(json.dumps({**value, "version": version}).encode(), file=version)


def told(value):
    """Every clause of a file with what it says, read by other means than the code: a second opinion on what differs."""
    found = {f"@roles/{name}": title for name, title in value["roles"].items()}
    for section in ("thresholds", "safeguards", "duties", "recommendations"):
        for name, clause in value.get(section, {}).items():
            found[name] = [section, {k: v for k, v in clause.items() if k not in {*PASSED_OVER, "criteria"}}]
            for part, criterion in clause.get("criteria", {}).items():
                found[f"{name}/{part}"] = criterion["says"]
    found |= {rule["id"]: {k: v for k, v in rule.items() if k not in PASSED_OVER} for rule in rules(value)}
    changes = value["changes"]
    return found | {changes["id"]: {k: v for k, v in changes.items() if k not in PASSED_OVER}}


def honest(one):
    if one.relocated:
        return AnnouncedKind.RELOCATED
    if one.less:
        return AnnouncedKind.REMOVED if one.what is What.GONE else AnnouncedKind.WEAKENED
    return AnnouncedKind.ADDED if one.what is What.NEW else AnnouncedKind.CHANGED


def log_of(found, rng):
    """A change log that mostly tells what differs, and as what it is."""
    changes = []
    for one in found.found:
        if rng.random() < 0.2:
            continue
        kind = honest(one) if rng.random() < 0.9 else rng.choice(list(AnnouncedKind))
        changes.append(
            AnnouncedChange(
                clauses=(one.clause,),
                kind=kind,
                how="So.",
                why="Because.",
                material=kind.is_less or rng.random() < 0.3,
                called_by="rso",
                called_on=date(2026, 11, 20),
            )
        )
    return ChangeLog(framework="acme-fsf", old="1", new="2", changes=tuple(changes))


def is_published(old, new, log, found):
    known = frozenset(one.id for version in (old, new) for one in clauses_of(version))
    roles = frozenset(role for version in (old, new) for role, _ in version.roles)
    return not refusals(found, log, known=known, roles=roles)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(range(len(CHANGES))), min_size=1, max_size=5), st.integers(0, 2**32))
def test_no_sequence_of_publications_makes_a_change_silent(chosen, seed):
    """Whatever is published in whatever order: what differs is named, and what asks less is named as less, and material."""
    rng = random.Random(seed)
    published, logs = [copy.deepcopy(BASE)], []
    for index in chosen:
        draft = copy.deepcopy(published[-1])
        change, weaker = CHANGES[index]
        change(draft)
        if draft == published[-1]:
            continue
        old, new = framework_of(published[-1], "1"), framework_of(draft, "2")
        found = differences(old, new, compare((Step(old, new, None),)))
        log = log_of(found, rng)
        if is_published(old, new, log, found):
            was, now = told(published[-1]), told(draft)
            less = {one for change in log.changes if change.kind.is_less and change.material for one in change.clauses}
            # A later change may give back what an earlier one took: then it asks more, and is not less.
            taken = {one for one in weaker if was.get(one) == told(BASE).get(one) and now.get(one) != was.get(one)}
            assert taken <= less
            published.append(draft)
            logs.append(log)
    named = {clause for log in logs for change in log.changes for clause in change.clauses}
    first, last = told(published[0]), told(published[-1])
    differ = {name for name in first.keys() | last.keys() if first.get(name) != last.get(name)}

    assert differ <= named


def test_each_change_alone_is_refused_in_silence_and_published_when_told():
    """Every one of them; and a version against itself has nothing to tell."""
    rng = random.Random(0)
    old = framework_of(BASE, "1")
    assert differences(old, old, compare((Step(old, old, None),))).found == ()
    for change, weaker in CHANGES:
        draft = copy.deepcopy(BASE)
        change(draft)
        new = framework_of(draft, "2")
        found = differences(old, new, compare((Step(old, new, None),)))
        rng.random = lambda: 0.5  # tells everything, as it is
        assert is_published(old, new, log_of(found, rng), found)
        assert not is_published(old, new, None, found)
        assert weaker <= {one.clause for one in found.found if one.less}
