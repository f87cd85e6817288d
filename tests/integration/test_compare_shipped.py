# SPDX-License-Identifier: Apache-2.0
"""`compare` and `decide-under` over every framework and mapping that ships, and what the record says must be found."""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from tests.integration.command_line import CASES, ROOT, Ran

pytest.importorskip("z3", reason="the solver is not installed")

from typer.testing import CliRunner

from ruleout.app.compare import compare_versions, mapping_files, versions_of
from ruleout.cli.main import build_app
from ruleout.errors import RuleoutError
from ruleout.model.mapping import ChangeKind
from ruleout.model.outcome import Activity, Outcome

FRAMEWORKS = ROOT / "frameworks"
FAMILIES = sorted(path.name for path in FRAMEWORKS.iterdir() if path.is_dir())
MAPPINGS = [(family, file) for family in FAMILIES for file in mapping_files(family, None)]
RSP = "anthropic-rsp"


def ran(*arguments: object) -> Ran:
    """Run one of the two verbs."""
    result = CliRunner().invoke(
        build_app(["compare", "decide_under"]), [str(a) for a in arguments], standalone_mode=False
    )
    if result.exception is not None:
        raise result.exception
    return Ran(int(result.return_value), result.stdout_bytes, result.stderr)


@cache
def compared(old: str, new: str, family: str = RSP):
    """A comparison of two versions that ship."""
    for version in (old, new):
        if not (FRAMEWORKS / family / f"{version}.yaml").is_file():
            pytest.skip(f"{family}@{version} does not ship")
    return compare_versions(f"{family}@{old}", f"{family}@{new}", None)


@pytest.mark.parametrize(("family", "file"), MAPPINGS, ids=[f"{f} {m.path.stem}" for f, m in MAPPINGS])
def test_every_mapping_that_ships_is_sound_and_compares(family, file):
    """Each names only what its versions define; everything the solver was asked is settled."""
    found = compared(file.old, file.new, family)

    assert found.is_proved
    assert found.warnings == ()
    assert [c for c in found.clauses if c.coded]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_version_compared_with_itself_yields_nothing(family):
    """Equivalent in every activity, no clause that changed, no finding that lapses, no warning."""
    for name in versions_of(family, None):
        found = compare_versions(name, name, None)

        assert {a.verdict.value for a in found.activities} == {"equivalent"}
        assert {c.change for c in found.clauses} == {ChangeKind.RETAINED}
        assert (found.lapses, found.warnings, found.not_proved) == ((), (), ())


# --- what version 3.0 of the Responsible Scaling Policy did -----------------------------------------------------------


@pytest.fixture(scope="module")
def rewrite():
    """2.2 against 3.0."""
    return compared("2.2", "3.0")


def coding(comparison, clause: str) -> list[ChangeKind | None]:
    """What became of a clause of the older version, or that it is new."""
    return [c.change for c in comparison.clauses if clause in {x.id for x in (*c.old, *c.new)}]


@pytest.mark.parametrize(
    "clause",
    [
        "pause-training",
        "asl-3-weights",
        "cbrn-3-de-deploy",
        "asl-3-deployment/interim",
        "asl-3-security/interim",
        "notably-more-capable",
        "capability-report",
        "safeguards-report",
        "ai-rnd-4",
        "cyber",
        "us-government-notice",
        "re-approve-safeguards",
        "readiness",
        "asl-3-security/resourcing",
        "asl-4-deployment",
    ],
)
def test_what_the_rewrite_removed_or_weakened_is_coded_so(rewrite, clause):
    """The record of what 3.0 took away: each is found, coded, as removed or weakened."""
    changes = [c for c in rewrite.clauses if clause in {x.id for x in c.old}]

    assert {c.change for c in changes} <= {ChangeKind.REMOVED, ChangeKind.WEAKENED}
    assert [c.coded for c in changes] == [True]


@pytest.mark.parametrize(
    "clause",
    [
        "maintain-roadmap",
        "risk-report",
        "review-highly-capable",
        "misaligned-high-stakes",
        "off-cycle-internal",
        "board-and-trust-on-marginal-risk",
        "in-the-lead",
    ],
)
def test_what_the_rewrite_added_is_coded_so(rewrite, clause):
    """Roadmap, Risk Reports, external review, the misalignment threshold, internal coverage, marginal risk, App. A."""
    assert coding(rewrite, clause) == [ChangeKind.ADDED]


@pytest.mark.parametrize("clause", ["quarterly-board-updates", "publish-risk-reports"])
def test_what_the_rewrite_strengthened_is_coded_so(rewrite, clause):
    """Periods that are binding now, where they were none or an anticipation."""
    assert coding(rewrite, clause) == [ChangeKind.STRENGTHENED]


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("pause-training", "2.2 stops (pause-training), 3.0 lets it proceed"),
        ("asl-3-security/interim", "3.0 lets it proceed"),
        ("notably-more-capable", "2.2 holds (assessed-first), 3.0 lets it proceed"),
    ],
)
def test_pause_interim_measures_and_cadence_each_come_with_a_state(rewrite, clause, said):
    """What gated before is shown by a case that the older version does not let pass and the newer one does."""
    (change,) = [c for c in rewrite.clauses if clause in {x.id for x in c.old}]

    states = [g.witness for g in change.gated]
    assert any(said in state.text for state in states), [state.text for state in states]
    assert states[0].old.outcome > states[0].new.outcome


def test_the_periods_of_findings_that_the_rewrite_dropped_come_with_a_state(rewrite):
    """Six months or four times the effective compute ended a finding; the newer version lets it stand."""
    (lapse,) = [one for one in rewrite.lapses if one.clause == "cbrn-3"]

    assert lapse.says.startswith(
        "cbrn-3 ruled out: lapses after 6 months or at 4 times the effective compute under 2.2"
    )
    assert (lapse.witness.old.outcome, lapse.witness.new.outcome) == (Outcome.STOP, Outcome.PROCEED)


def test_outcomes_behind_which_only_a_plan_stands_now_are_named(rewrite):
    """Deployment holds under both in some state, under the newer one on the strength of a plan."""
    weaker = [a.weaker_in_force for a in rewrite.activities if a.activity.value == "deploy-external"]

    assert [(w.old.force.value, w.new.force.value) for w in weaker if w is not None] == [("binding", "plan")]


# --- chains and directions --------------------------------------------------------------------------------------------


def test_versions_without_a_mapping_between_them_are_compared_over_those_that_have_one():
    """2.0 to 2.2 goes over 2.1, and says so."""
    found = compared("2.0", "2.2")

    assert found.steps == ("anthropic-rsp@2.0", "anthropic-rsp@2.1", "anthropic-rsp@2.2")
    assert "compared over 2.0 → 2.1 → 2.2" in found.warnings[0]
    assert {c.step for c in found.clauses} == {"2.0 → 2.1", "2.1 → 2.2"}


def test_a_comparison_the_other_way_round_swaps_the_verdicts():
    """Newer first: the mapping is read backwards, and what was looser is stricter."""
    forth, back = compared("2.1", "2.2"), compared("2.2", "2.1")

    swap = {"looser": "stricter", "stricter": "looser"}
    assert [swap.get(a.verdict.value, a.verdict.value) for a in forth.activities] == [
        a.verdict.value for a in back.activities
    ]
    assert "read backwards" in back.warnings[0]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_version_compares_with_the_next(family):
    """Neighbours by date compare, whether a mapping ships or not; without one a warning says so."""
    for old, new in pairwise(name.partition("@")[2] for name in versions_of(family, None)):
        found = compared(old, new, family)

        direct = any((file.old, file.new) == (old, new) for file in mapping_files(family, None))
        assert found.is_proved
        assert direct or "no mapping relates" in found.warnings[0]


def test_two_frameworks_of_different_developers_compare_by_id_with_a_warning(tmp_path):
    """Nothing relates them, and the page says that equal ids count as one."""
    other = (
        (FRAMEWORKS / RSP / "2.2.yaml").read_text("utf-8").replace("framework: anthropic-rsp", "framework: other-rsp")
    )
    path = tmp_path / "other.yaml"
    path.write_text(other, "utf-8")

    found = compare_versions(f"{RSP}@2.2", str(path), None)

    assert "no mapping relates anthropic-rsp@2.2 and other-rsp@2.2" in found.warnings[0]
    assert {a.verdict.value for a in found.activities} == {"equivalent"}


# --- the command line -------------------------------------------------------------------------------------------------


def test_the_page_says_what_became_looser_and_what_it_does_not_say():
    """A person sees verdict, state, clause and the limits of the comparison."""
    done = ran("compare", f"{RSP}@2.2", f"{RSP}@3.0", "-a", "train")

    assert done.code == 0
    flat = " ".join(done.text.split())
    assert "anthropic-rsp@2.2 → anthropic-rsp@3.0" in flat
    assert "asl-3-security not met: 2.2 stops (pause-training), 3.0 lets it proceed" in flat
    assert "removed pause-training" in flat
    assert "It says nothing of what is practised or what is safe." in flat
    assert all(len(line) <= 80 for line in done.text.splitlines())


def test_the_json_is_the_same_twice():
    """Same files, same bytes."""
    done, again = (ran("compare", f"{RSP}@2.2", f"{RSP}@3.0", "-a", "train", "--json") for _ in range(2))

    assert done.out == again.out
    told = json.loads(done.out)
    assert [a["activity"] for a in told["activities"]] == ["train"]
    assert {w["old"]["outcome"] for w in told["activities"][0]["looser"]} == {"stop", "hold"}


class Page(HTMLParser):
    """What a page loads from elsewhere, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href", "action", "srcset", "data")]


def test_the_html_page_needs_nothing_else(tmp_path):
    """One file: nothing is loaded, its policy forbids to, and it is never overwritten."""
    path = tmp_path / "page.html"
    assert ran("compare", f"{RSP}@2.2", f"{RSP}@3.0", "-a", "train", "--html", path).code == 0
    page = Page()
    text = path.read_text("utf-8")

    page.feed(text)

    assert page.loads == []
    assert "default-src 'none'".replace("'", "&#x27;") in text
    assert not re.search(r"url\(|@import|https?://", text)
    assert page.tags.count("script") == 1
    with pytest.raises(Exception, match="exists already"):
        ran("compare", f"{RSP}@2.2", f"{RSP}@3.0", "-a", "train", "--html", path)


def test_strict_fails_on_what_nobody_coded(tmp_path):
    """A mapping without rows leaves every changed clause uncoded, which --strict does not accept."""
    path = tmp_path / "mapping.yaml"
    path.write_text('mapping: anthropic-rsp\nfrom: "2.2"\nto: "3.0"\n', "utf-8")
    given = ("compare", f"{RSP}@2.2", f"{RSP}@3.0", "-a", "train", "--mapping", path)

    assert (ran(*given).code, ran(*given, "--strict").code) == (0, 1)
    assert "differ without being coded" in ran(*given).err


def test_a_case_is_decided_under_every_version_of_its_developer():
    """One row per version, oldest first, with what determined it and the force behind it."""
    case = CASES / "claude-opus-4-biology.yaml"

    done = ran("decide-under", case, "--json")

    rows = json.loads(done.out)["rows"]
    assert [row["framework"] for row in rows] == list(versions_of(RSP, None))
    by_version = {row["framework"]: row for row in rows}
    assert by_version[f"{RSP}@2.2"]["outcome"] == "restrict"
    assert by_version[f"{RSP}@2.2"]["in_force"] is True
    assert by_version[f"{RSP}@3.4"]["outcome"] == "hold"
    assert [row["framework"] for row in rows if row["in_force"]] == [f"{RSP}@2.2"]
    assert {row["force"] for row in rows} <= {"binding", "plan"}
    assert done.code == 3


def test_the_matrix_names_versions_by_family_or_one_by_one():
    """An id alone means all its versions; several activities give several blocks."""
    case = CASES / "claude-sonnet-4-biology.yaml"

    done = ran("decide-under", case, "-f", f"{RSP}@2.2", "-a", "train", "-a", "deploy-external")
    both = ran("decide-under", case, "-f", RSP, "-f", f"{RSP}@2.2", "--json")

    assert done.text.count("Force behind") == 2
    assert "in force then" in done.text
    assert len(json.loads(both.out)["rows"]) == len(versions_of(RSP, None))


def test_a_developer_without_a_framework_is_told_what_to_do(tmp_path):
    """The error names the option that helps."""
    case = (
        (CASES / "claude-opus-4-biology.yaml").read_text("utf-8").replace("developer: Anthropic", "developer: Nobody")
    )
    path = tmp_path / "case.yaml"
    path.write_text(case, "utf-8")

    with pytest.raises(Exception, match="no framework of the developer 'Nobody' is known") as error:
        ran("decide-under", path)

    assert "--framework" in error.value.hint


def test_without_the_solver_the_error_says_what_to_install(monkeypatch):
    """The solver is an optional part of the installation; its absence is no bug of ours."""
    monkeypatch.setitem(sys.modules, "ruleout.analysis.compare.joint", None)

    with pytest.raises(RuleoutError, match="needs the solver z3") as error:
        compare_versions(f"{RSP}@2.2", f"{RSP}@3.0", None)

    assert "z3-solver" in error.value.hint


def test_two_files_of_one_version_are_told_apart_by_their_digests(tmp_path):
    """An edited copy is compared with what ships, by id, and its state says which file it means."""
    text = (FRAMEWORKS / RSP / "2.2.yaml").read_text("utf-8")
    path = tmp_path / "2.2.yaml"
    path.write_text(
        text.replace(
            "      require: asl-3-security\n      otherwise: stop",
            "      require: asl-3-security\n      otherwise: hold",
        ),
        "utf-8",
    )
    assert path.read_text("utf-8") != text

    found = compare_versions(f"{RSP}@2.2", str(path), None, activities=[Activity.TRAIN])

    (one,) = found.activities
    assert one.verdict.value == "looser"
    assert re.search(
        r": 2\.2 \([0-9a-f]{12}\) stops \(pause-training\), 2\.2 \([0-9a-f]{12}\) holds", one.looser[0].text
    )
    assert [[x.id for x in c.new] for c in found.not_coded] == [["pause-training"]]
