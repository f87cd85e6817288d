# SPDX-License-Identifier: Apache-2.0
"""`ruleout record` on the shipped record, on a file nobody has seen before, and on files that mislead."""

from __future__ import annotations

import json
import random
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ruleout.app.public_record import draw, public_record
from ruleout.cli.main import build_app
from ruleout.cli.output import flush
from ruleout.errors import BadInput, RuleoutError

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "examples" / "public-record" / "determinations.yaml"
FACTS = ROOT.parent / "shared" / "facts" / "determinations.yaml"
WORDS = {True: "yes", False: "no", None: "unknown"}
CODED = ("crossed", "numeric_part_crossed", "derived")


def told(path: Path, capfd, *options: str) -> dict[str, Any]:
    """What the verb writes with --json."""
    code = build_app(["record"])(args=["record", str(path), "--json", *options], standalone_mode=False)
    flush()
    assert code == 0
    return json.loads(capfd.readouterr().out)


def bars(cases: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(e, t) for case in cases for e in case["evaluations"] for t in e["stated_thresholds"]]


def recode(value: object, change) -> object:
    """A copy in which every field that a coder computed is given to `change`; None drops it."""
    if isinstance(value, list):
        return [recode(item, change) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {k: (change(v) if k in CODED else recode(v, change)) for k, v in value.items()}
    return {k: v for k, v in kept.items() if k not in CODED or change(value[k]) is not None}


@pytest.mark.parametrize("path", [SHIPPED, FACTS], ids=["shipped", "facts"])
def test_every_comparison_equals_the_data_s_own(path, capfd):
    """Figure by figure, what is computed from value and bar is what the coder wrote beside it."""
    if not path.is_file():
        pytest.skip(f"{path.name} of the shared facts is not here")
    data = yaml.safe_load(path.read_text("utf-8"))
    cases = told(path, capfd)["cases"]

    assert [case["id"] for case in data] == [case["id"] for case in cases]
    assert [WORDS[bar["crossed"]] for _, bar in bars(data)] == [f["crossed"] for c in cases for f in c["figures"]]
    assert [case["determination"]["precautionary"] for case in data] == [case["precaution"] for case in cases]
    assert any(f["supported"] == "no" for c in cases for f in c["figures"])
    assert any(f["supported"] == "yes" for c in cases for f in c["figures"])


@pytest.mark.parametrize(
    "change",
    [lambda _: None, lambda old: not old if isinstance(old, bool) else {"crossed": 99}],
    ids=["stripped", "falsified"],
)
def test_what_a_coder_computed_is_not_read(change, capfd, tmp_path):
    """Without those fields, or with false ones, the answer is the same byte for byte."""
    data = yaml.safe_load(SHIPPED.read_text("utf-8"))
    other = tmp_path / "recoded.yaml"
    other.write_text(yaml.safe_dump(recode(data, change), sort_keys=False, allow_unicode=True), "utf-8")

    assert told(SHIPPED, capfd) == told(other, capfd)


def test_known_cases_say_what_is_known_of_them(capfd):
    """The uplift of Opus 4 lay under its bar and the tier was applied; a suite of Opus 4.5 lay over its bar and was not."""
    cases = {case["id"]: case for case in told(SHIPPED, capfd)["cases"]}
    opus, suite = cases["anthropic-claude-opus-4-cbrn-asl3"], cases["anthropic-claude-opus-4-5-ai-rnd4"]

    assert ("treated as reached", True) == (opus["determined"], opus["precaution"])
    assert ("Bioweapons acquisition uplift trial", "above") in {
        (d["evaluation"], d["direction"]) for d in opus["departures"]
    }
    assert opus["in_force"] == "anthropic-rsp@2.2"
    assert set(opus["outcomes"].values()) <= {"proceed", "restrict", "hold", "stop"}
    assert ("Internal AI Research Suite 2", "0.6", "below") in {
        (d["evaluation"], d["bar"], d["direction"]) for d in suite["departures"]
    }


def test_nothing_that_the_record_lacks_opens_a_gate(capfd):
    """No roles, assessments or approvals are published in this form, so no framework lets anything proceed."""
    cases = told(SHIPPED, capfd)["cases"]
    outcomes = [outcome for case in cases for outcome in case["outcomes"].values()]

    assert outcomes
    assert set(outcomes) <= {"hold", "stop"}


def fresh(rng: random.Random, count: int) -> list[dict[str, Any]]:
    """Cases of developers nobody knows, with values, relations and units of every sort."""
    values = (0.55, 3, 0, 1, 41.5, -2, None, "0.55", "three", 1e-7)
    return [
        {
            "id": f"case-{index}",
            "developer": rng.choice(["Ærø Labs", "Nimbus", "<script>alert(1)</script>"]),
            "model": f"M{index}",
            "release_date": rng.choice(["2027-01-31", "2026-12", None]),
            "framework": {"name": "Charter", "version": rng.choice(["9", None])},
            "domain": rng.choice(["bio", "novel-domain"]),
            "threshold_under_test": "Level X",
            "invented": {"Prüf Nr. 1": [1, 0.5, None, True]},
            "evaluations": [
                {
                    "name": f"E{k}",
                    "metric": "accuracy",
                    "value": rng.choice(values),
                    "unit": rng.choice([None, "percent", "x", "%"]),
                    "n": rng.choice([None, 30, "40 tasks", "some"]),
                    "interval": rng.choice([None, "±0.05", "wide"]),
                    "stated_thresholds": [
                        {
                            "kind": rng.choice(["rule_out", "rule_in", "p90_crowd", "expert"]),
                            "crossed_when": rng.choice([">", ">=", "<", "<=", "n/a", "between", "=="]),
                            "value": rng.choice((0, 1, 2.5, 40, None, "0.5")),
                            "crossed": rng.choice([True, False, None]),
                        }
                        for _ in range(rng.randint(0, 3))
                    ],
                }
                for k in range(rng.randint(0, 4))
            ],
            "determination": {
                "tier_under_test": rng.choice(["yes", "no", "treated_as", "perhaps"]),
                "precautionary": rng.choice([True, False]),
            },
            "release_decision": "released",
            "sources": [{"title": "A page"}],
        }
        for index in range(count)
    ]


def relation(value: object, sign: str, bar: object) -> str:
    """The stated relation, computed here on the file's own values."""
    if any(isinstance(x, bool) or not isinstance(x, int | float) for x in (value, bar)):
        return "unknown"
    a, b = Decimal(str(value)), Decimal(str(bar))
    holds = {">": a > b, ">=": a >= b, "<": a < b, "<=": a <= b}
    return "unknown" if sign not in holds else WORDS[holds[sign]]


@pytest.mark.parametrize("seed", range(5))
def test_a_file_nobody_has_seen_is_told_right(seed, capfd, tmp_path):
    """Other developers, odd relations, texts for numbers and unknown fields need no change of code."""
    data = fresh(random.Random(seed), 40)
    path = tmp_path / "fresh.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), "utf-8")
    cases = told(path, capfd)["cases"]

    expected = [relation(e["value"], t["crossed_when"], t["value"]) for e, t in bars(data)]
    figures = [f for case in cases for f in case["figures"]]
    assert expected == [f["crossed"] for f in figures]
    assert all(f["supported"] in ("unknown", f["crossed"]) for f in figures)
    assert {"at": "invented", "value": {"Pr\\xfcf Nr. 1": [1, "0.5", None, True]}} in cases[0]["other_fields"]
    assert all(not case["outcomes"] for case in cases)


def test_the_page_names_every_case_and_claims_no_safety(capfd):
    """The page for a terminal tells each case and says what it does not say."""
    build_app(["record"])(args=["record", str(SHIPPED)], standalone_mode=False)
    flush()
    page = capfd.readouterr().out

    assert all(case["id"] in page for case in yaml.safe_load(SHIPPED.read_text("utf-8")))
    assert "Nothing here says that a" in page


def test_a_broken_file_is_refused_with_its_place(tmp_path):
    """A file of another shape never becomes an empty record."""
    path = tmp_path / "broken.yaml"
    path.write_text("- id: a\n  developer: 5\n", "utf-8")

    with pytest.raises(BadInput) as caught:
        public_record(path, None)
    assert ("S004", 2) in [(p.id, p.where.line) for p in caught.value.problems]


# --- the picture ------------------------------------------------------------------------------------------------------


def test_a_picture_of_another_kind_or_over_a_file_is_refused(tmp_path):
    """Only new .svg and .html files are written."""
    record = public_record(SHIPPED, None)
    (tmp_path / "there.svg").write_text("mine", "utf-8")

    for name in ("a.png", "there.svg"):
        with pytest.raises(RuleoutError):
            draw(record, tmp_path / name, render=lambda _: "<svg></svg>")
    assert (tmp_path / "there.svg").read_text("utf-8") == "mine"


def test_without_a_renderer_the_error_says_how_to_get_one(tmp_path, monkeypatch):
    """Pictures are an optional part."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)

    with pytest.raises(RuleoutError) as caught:
        draw(public_record(SHIPPED, None), tmp_path / "a.svg")
    assert "ruleout[pictures]" in caught.value.hint


@pytest.mark.parametrize("ending", ["svg", "html"])
def test_a_rendered_picture_needs_nothing_else(ending, tmp_path):
    """SVG and page hold the title and every drawn case, and name no address that a reader would load from."""
    pytest.importorskip("vl_convert", reason="the optional part `pictures` is not installed")
    path = tmp_path / f"zone.{ending}"
    draw(public_record(SHIPPED, None), path)
    text = path.read_text("utf-8")

    assert "anthropic-claude-opus-4-5-ai-rnd4" in text
    assert "prefers-color-scheme:dark" in text
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/", "").replace("http-equiv", "")
