# SPDX-License-Identifier: Apache-2.0
"""A report of an incident in the forms of every document: each field of the regime, made from the record (A-4, A-10)."""

from __future__ import annotations

import json
import shutil

import jsonschema
import pytest
from tests.integration.command_line import run

from ruleout.accountability.reporting.twin import publication_schema
from ruleout.app.accountability.incident_regimes import regimes_at_hand

GIVEN = "2026-07-10T12:00:00Z"
FORMS = tuple((one.name, stage) for one in regimes_at_hand(None) for stage in one.fields)
#: Stages for which Northlight's incident does not state what is asked: nobody was in danger.
REFUSED = {"urgent"}


@pytest.fixture(scope="module")
def lab(northlight, tmp_path_factory):
    return shutil.copytree(northlight, tmp_path_factory.mktemp("incidents") / "record")


def report(lab, regime, stage, *more):
    """The command of one report."""
    words = ("--regime", regime, "--stage", stage, "--given", GIVEN)
    return run("incident", "report", "weights-copied", *words, *more, folder=lab)


@pytest.mark.parametrize(("regime", "stage"), FORMS)
def test_each_regimes_report_has_four_forms_of_the_same_fields(lab, tmp_path, regime, stage):
    """What is unknown says so in each; what is missing stops it, and nothing is written."""
    ran = report(lab, regime, stage, "--out", tmp_path)
    if stage in REFUSED:
        assert ran.code == 2
        assert "lacks" in ran.err
        assert list(tmp_path.iterdir()) == []
        return
    assert ran.code == 0, ran.err
    stem = f"weights-copied-{regime}-{stage}-regulator"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{stem}.{end}" for end in ("html", "json", "md", "pdf")
    ]
    twin = json.loads((tmp_path / f"{stem}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(publication_schema()).validate(twin)

    terms = next(one for one in regimes_at_hand(None) if one.name == regime)
    fields = twin["sections"][0]["parts"][0]["fields"]
    asked = {one.name: one for one in terms.fields[stage]}
    assert {one.name for one in terms.fields[stage] if one.required} <= {one["id"] for one in fields} <= set(asked)
    for one in fields:
        assert one["section"] == asked[one["id"]].section
        assert one["statements"][0]["entries"] == ["incident/weights-copied/4"]
    assert [one["id"] for one in twin["entries"]] == ["incident/weights-copied/4"]
    page = (tmp_path / f"{stem}.html").read_text(encoding="utf-8")
    assert all(one["asks"] in page.replace("&#39;", "'") for one in fields)


def test_a_report_says_by_when_its_clock_wanted_it(lab, tmp_path):
    """Weights are a matter of five days in Europe; in July that is late, and a final one is in time."""
    assert report(lab, "eu", "initial", "--out", tmp_path).code == 0
    assert report(lab, "eu", "final", "--out", tmp_path).code == 0
    told = {
        stage: json.loads((tmp_path / f"weights-copied-eu-{stage}-regulator.json").read_text(encoding="utf-8"))[
            "timing"
        ]
        for stage in ("initial", "final")
    }

    assert [one["says"].rpartition(" ")[2] for one in told["initial"]] == ["late."]
    assert "(Code 9.3(2))" in told["initial"][0]["says"]
    assert told["final"][0]["says"].endswith("in time.")


def test_the_same_report_gives_the_same_bytes(lab, tmp_path):
    """Twice, in every form."""
    for name in ("one", "two"):
        assert report(lab, "eu", "initial", "--out", tmp_path / name).code == 0

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
