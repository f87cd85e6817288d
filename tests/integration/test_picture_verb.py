# SPDX-License-Identifier: Apache-2.0
"""`ruleout picture` and `assess --picture`: files that need nothing else, data without floats, clear refusals."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys

import pytest
from tests.integration.command_line import CASES, DEMO, NEW, OLD, ROOT, run
from tests.unit.evidence import inspect_logs as logs
from tests.unit.reports.pictures import examples, hostile

from ruleout.app.pictures import write_picture
from ruleout.reports.pictures.frame import Picture, Table
from ruleout.reports.pictures.repeats_chart import repeats_picture
from ruleout.reports.pictures.style import DARK

CASE = CASES / "claude-opus-4-biology.yaml"
LOG = DEMO / "logs" / "autonomy-suite.eval"
TABLE = ROOT / "examples" / "estimates" / "horizons.csv"
COMMANDS = {
    "forest": ("picture", "forest", CASE, "-f", OLD),
    "repeats": ("picture", "repeats", LOG),
    "trend": ("picture", "trend", examples.HORIZONS),
    "assess": ("assess", CASE, "-f", OLD),
    "estimate": ("estimate", "trend", TABLE, "--bar", "40h"),
}
#: The version that drew the guide's pictures, see requirements.lock.
DRAWN_BY = "1.9.0.post1"


def needs_renderer() -> None:
    pytest.importorskip("vl_convert", reason="the optional part `pictures` is not installed")


def placed(command, path):
    return (*command, "--picture" if command[0] in ("assess", "estimate") else "-o", path)


def svgs_in(page: str) -> list[str]:
    return re.findall(r"<svg.*?</svg>", page, re.DOTALL)


@pytest.mark.parametrize("kind", COMMANDS)
@pytest.mark.parametrize("ending", ["svg", "html"])
def test_a_picture_is_one_file_that_needs_nothing_else(kind, ending, tmp_path):
    """No script, no handler, no address to load from; SVG that any XML reader reads; light, dark and print."""
    needs_renderer()
    path = tmp_path / f"picture.{ending}"
    ran = run(*placed(COMMANDS[kind], path))
    text = path.read_text("utf-8")

    assert ran.code == 0, ran.err
    assert f"drew {path}" in ran.err
    assert all(hostile.faults_of_svg(svg) == [] for svg in svgs_in(text))
    assert "@media screen and (prefers-color-scheme:dark)" in text
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/", "").replace("http-equiv", "")
    assert "Nothing here says that the model is safe" in text


@pytest.mark.parametrize("kind", ["forest", "repeats", "trend"])
def test_a_page_has_a_picture_for_small_screens_and_the_figures_in_a_table(kind, tmp_path):
    """The narrow picture is no wider than a telephone, and the table is there for who sees neither."""
    needs_renderer()
    path = tmp_path / "picture.html"
    run(*placed(COMMANDS[kind], path))
    text = path.read_text("utf-8")
    widths = [int(re.search(r'width="(\d+)"', svg)[1]) for svg in svgs_in(text)]

    assert widths[0] <= 390 < widths[1]
    assert "<tbody>" in text
    assert 'role="img" aria-label="' in text


@pytest.mark.parametrize("kind", ["forest", "repeats", "trend"])
def test_every_colour_of_a_rendered_picture_has_its_dark_counterpart(kind, tmp_path):
    """A colour that only the renderer knows would stay dark on dark."""
    needs_renderer()
    path = tmp_path / "picture.svg"
    run(*placed(COMMANDS[kind], path))
    colours = set(re.findall(r' (?:fill|stroke)="([^"]+)"', path.read_text("utf-8"))) - {"none"}

    assert len(colours) > 4
    assert colours <= set(DARK)


@pytest.mark.parametrize("kind", ["forest", "repeats", "trend"])
def test_the_data_can_be_had_without_drawing(kind, monkeypatch):
    """Canonical JSON without floats, and no renderer is needed for it."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    ran = run(*COMMANDS[kind], "--json")

    assert ran.code == 0, ran.err
    assert set(ran.json) == {"figures", "specification", "title"}
    assert list(hostile.numbers_of(json.loads(ran.out))) == []
    assert ran.out == run(*COMMANDS[kind], "--json").out


@pytest.mark.parametrize("kind", COMMANDS)
def test_without_a_renderer_the_error_says_how_to_get_one(kind, tmp_path, monkeypatch):
    """Pictures are an optional part; nothing is written."""
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    path = tmp_path / "a.svg"
    ran = run(*placed(COMMANDS[kind], path))

    assert ran.code == 2
    assert "pip install 'ruleout[pictures]'" in ran.err
    assert not path.exists()


@pytest.mark.parametrize("kind", COMMANDS)
@pytest.mark.parametrize("name", ["a.png", "there.svg"])
def test_only_new_files_of_two_kinds_are_written(kind, name, tmp_path):
    """Another ending and an existing file are refused before anything is computed."""
    (tmp_path / "there.svg").write_text("mine", "utf-8")
    ran = run(*placed(COMMANDS[kind], tmp_path / name))

    assert ran.code == 2
    assert ran.out == b""
    assert (tmp_path / "there.svg").read_text("utf-8") == "mine"


def test_assess_draws_one_framework_at_a_time(tmp_path):
    """Two decisions have two pictures."""
    ran = run("assess", CASE, "-f", OLD, "-f", NEW, "--picture", tmp_path / "a.svg")

    assert ran.code == 2
    assert "expected one framework to draw, got 2" in ran.err


def test_assess_draws_beside_what_it_always_says(tmp_path):
    """The page on standard output is the same with a picture as without."""
    needs_renderer()

    assert run("assess", CASE, "-f", OLD, "--picture", tmp_path / "a.svg").out == run("assess", CASE, "-f", OLD).out


def test_a_run_that_could_show_nothing_is_refused():
    """Neither a file nor --json."""
    ran = run("picture", "trend", examples.HORIZONS)

    assert ran.code == 2
    assert "Add `-o FILE.svg`" in ran.err


def test_a_log_with_several_scores_needs_one_named(tmp_path):
    """The error lists them; a name that is not there is refused as well."""
    sample = logs.sample("a", "C")
    sample["scores"]["other"] = sample["scores"]["match"]
    path = tmp_path / "x.eval"
    path.write_bytes(logs.log([sample]))

    for more in ((), ("--score", "third")):
        ran = run("picture", "repeats", path, "--json", *more)
        assert ran.code == 2
        assert "there are: match, other" in ran.err
    assert run("picture", "repeats", path, "--json", "--score", "other").code == 0


@pytest.mark.parametrize("number", ["one", "nan", "Infinity", ""])
def test_a_success_mark_that_is_no_number_is_refused(number):
    """Nothing is compared with what is not a number."""
    ran = run("picture", "repeats", LOG, "--json", "--success-at", number)

    assert ran.code == 2
    assert "expected a number for --success-at" in ran.err


def test_repeats_of_a_real_log_file_are_counted_from_its_attempts(tmp_path):
    """Two tasks, two epochs: always solved and never solved is a correlation of 1."""
    samples = [logs.sample(name, value, epoch=epoch) for name, value in (("a", "C"), ("b", "I")) for epoch in (1, 2)]
    path = tmp_path / "x.eval"
    path.write_bytes(logs.log(samples))
    figures = run("picture", "repeats", path, "--json").json["figures"]

    assert (figures["attempts"], figures["correlation"], figures["independent"]) == (4, "1", "2")


@pytest.mark.parametrize("text", hostile.HOSTILE)
def test_hostile_names_stay_text_in_svg_and_page(text, tmp_path):
    """What a log calls its tasks never becomes markup, moves text around or fills the page."""
    needs_renderer()
    run_ = examples.run()
    tasks = [*examples.tasks(), examples.TaskTally(task=text, successes=1, failures=1, unscored=1)]
    picture = repeats_picture(run_, tasks, score=text)
    for ending in ("svg", "html"):
        path = tmp_path / f"x.{ending}"
        write_picture(picture, path)
        written = path.read_text("utf-8")

        assert svgs_in(written)
        assert all(hostile.faults_of_svg(svg) == [] for svg in svgs_in(written))
        assert "<script" not in written
        assert "<img" not in written
        assert "\u202e" not in written
        assert len(written) < 200_000


def test_the_guide_shows_what_is_drawn_today():
    """The pictures of the guide are those the code makes, byte for byte, and small."""
    needs_renderer()
    if importlib.metadata.version("vl-convert-python") != DRAWN_BY:
        pytest.skip(f"drawn by {DRAWN_BY} of the renderer; another sets its letters otherwise")

    for name, svg in examples.drawn().items():
        assert (examples.FOLDER / name).read_text("utf-8") == svg, name
        assert len(svg) <= 30 * 1024


@pytest.mark.parametrize(
    ("svg", "fault"),
    [
        ("<svg><script/></svg>", "element script"),
        ("<svg><a href='x'/></svg>", "element a"),
        ("<svg><g onload='x'/></svg>", "attribute onload"),
        ("<svg><text>\u202e</text></svg>", "a control character"),
    ],
)
def test_what_a_picture_may_not_hold_is_found(svg, fault):
    """The check above can fail."""
    assert fault in hostile.faults_of_svg(svg)


def test_a_renderer_that_fails_leaves_no_file(tmp_path):
    """Whatever it raises, nothing half written stays."""

    def broken(_):
        raise ValueError("no")

    picture = Picture(title="t", wide={}, table=Table(heads=(), rows=()))
    with pytest.raises(ValueError, match="no"):
        write_picture(picture, tmp_path / "a.svg", render=broken)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--bar", "40h", "--bar", "160h"), "expected at most one bar in a picture, got 2"),
        (("--since", "2030-01-01"), "no model is left to draw"),
    ],
)
def test_an_estimate_that_makes_no_picture_says_why_and_draws_none(options, said, tmp_path):
    """Two bars are two pictures; without a model there is nothing to see."""
    path = tmp_path / "trend.svg"
    ran = run("estimate", "trend", TABLE, *options, "--picture", path)

    assert ran.code == 2
    assert said in ran.err
    assert not path.exists()


def test_an_estimate_is_drawn_to_the_day_on_which_the_bar_is_crossed_for_good(tmp_path):
    """Line and band reach the last day that the page speaks of, and the picture says the same days as the page."""
    needs_renderer()
    path = tmp_path / "trend.html"
    ran = run("estimate", "trend", TABLE, "--bar", "40h", "--picture", path)

    assert "between 2027-01-30 and" in ran.text
    assert "it crosses 40 h between 2027-01-30 and 2027-12-12." in path.read_text("utf-8")


def test_too_few_models_for_a_line_are_still_drawn(tmp_path):
    """Points without a band; the page says why there is no line."""
    needs_renderer()
    table, path = tmp_path / "two.csv", tmp_path / "two.svg"
    table.write_text("model,release_date,p50_min\na,2024-01-01,4\nb,2025-01-01,60\n", "utf-8")
    ran = run("estimate", "trend", table, "--bar", "40h", "--picture", path)

    assert ran.code == 0
    assert "none: expected at least 3 models" in ran.text
    assert "prediction band" not in path.read_text("utf-8")
