# SPDX-License-Identifier: Apache-2.0
"""The demonstration's files: made in an empty folder, by nothing but copying and cutting."""

import re
from datetime import date
from itertools import takewhile

import pytest

from ruleout.app.demo import OLD, lay_out, steps_after_tampering, steps_before_tampering, tamper
from ruleout.app.sources import find_framework, read_case
from ruleout.engine.decide import decide
from ruleout.errors import RuleoutError

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("demo")
    lay_out(place, today=TODAY)
    return place


def shared_start(one, other):
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


@pytest.mark.parametrize(
    ("case", "name", "gone"),
    [
        ("claude-opus-4-biology", "opus-4-security-not-assessed", "asl-3-security:"),
        ("claude-opus-4-5-ai-rnd", "opus-4-5-without-rationale", "rationale:"),
    ],
)
def test_a_cut_copy_lacks_one_block_and_nothing_else(folder, case, name, gone):
    """What is left is the original's lines in their order."""
    whole = (folder / "public" / f"{case}.yaml").read_text(encoding="utf-8")
    cut = (folder / "public" / f"{name}.yaml").read_text(encoding="utf-8")

    same_start, same_end = shared_start(whole, cut), shared_start(whole[::-1], cut[::-1])
    fields = re.compile(rf"^ +{re.escape(gone)}", re.MULTILINE)
    assert same_start + same_end >= len(cut)
    assert len(fields.findall(whole)) - len(fields.findall(cut)) == 1
    assert 0 < whole.count("\n") - cut.count("\n") < 30


def test_each_run_has_a_passphrase_of_its_own(tmp_path):
    """Throw-away, long, and outside the record."""
    one, two = lay_out(tmp_path / "one", today=TODAY), lay_out(tmp_path / "two", today=TODAY)

    assert one["RULEOUT_PASSPHRASE"] != two["RULEOUT_PASSPHRASE"]
    assert len(one["RULEOUT_PASSPHRASE"]) >= 24
    assert not one["RULEOUT_KEYS"].startswith(str(tmp_path / "one" / "record"))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    """Nothing is overwritten."""
    (tmp_path / "mine").write_text("mine", encoding="utf-8")

    with pytest.raises(RuleoutError, match="not empty"):
        lay_out(tmp_path, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_what_cannot_be_tampered_with_is_no_demonstration(tmp_path):
    """A bundle without a held decision is refused rather than passed as untampered."""
    (tmp_path / "bundle").write_text('{"entries":[]}', encoding="utf-8")

    with pytest.raises(RuleoutError, match="no decision"):
        tamper(tmp_path / "bundle", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_the_demonstration_expects_every_kind_of_answer(tmp_path):
    """Proceed, hold and stop, and a failed verification: not only what goes well."""
    steps = (*steps_before_tampering(tmp_path), *steps_after_tampering(tmp_path / "copy"))

    assert {0, 1, 3} == {step.code for step in steps}
    assert {"verify", "replay", "approve", "ingest", "export", "assess", "init", "key", "log", "evidence"} <= {
        s.arguments[0] for s in steps
    }


@pytest.mark.parametrize("day", [TODAY, date(2027, 12, 27), date(2036, 2, 29), date(2025, 1, 1)])
def test_the_invented_case_does_not_expire(tmp_path, day):
    """Years later its findings are as fresh as on the day they were invented; before that day nothing moves."""
    lay_out(tmp_path, today=day)
    case = read_case(tmp_path / "own" / "example-1.yaml").case
    known = find_framework(OLD, None).framework

    decision = decide(known, case, activity=case.subject.activity, at=case.at, measurements={})

    assert case.at.date() == max(day, TODAY)
    assert "expired" not in str(decision.thresholds)
    assert {t.id for t in decision.thresholds if t.shown_as == "ruled out"} >= {"cbrn-3", "cbrn-4", "ai-rnd-5"}
