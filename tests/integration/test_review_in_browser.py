# SPDX-License-Identifier: Apache-2.0
"""A reviewer's machine: a browser without a network and no Ruleout. The package is opened, answered and returned (A-9).

Skipped, loudly, where there is no Chromium; `tools/install_servers.sh` brings one where apt can.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.chromium import Tab, browsing, chromium
from tests.integration.command_line import ROOT, Lab, run
from tests.review_builders import (
    ANSWERED,
    QUESTIONS,
    SECRET,
    SHARED,
    act,
    approve,
    declaration,
    field,
    packaged,
    part,
    publication,
    review_file,
    said,
    section,
    with_report,
    write,
)

from ruleout.documents.characters import _RANGES
from ruleout.reports.reviews.page_script import UNSEEN

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="SKIPPED: no Chromium on this machine; run tools/install_servers.sh as root"
)
SAVED = "answers-spring-report-evals-institute.json"


def fill(tab: Tab, says: str) -> None:
    """Answer everything as a person would: choose each, type where words are wanted."""
    for name in ("threat-models", "mitigations", "overall"):
        tab.run(f"document.querySelector('input[name=\"agreement.{name}\"][value=agree]').click()")
        tab.run(f"document.querySelector('input[name=\"adequacy.{name}\"][value=inadequate]').click()")
    for question in QUESTIONS:
        tab.run(f"document.querySelector('input[name=\"reply.{question}\"][value=partly]').click()")
    typed(tab, "section.mitigations", says)
    typed(tab, "by", "Dr. R. Outside")
    tab.run(
        "(e=>{e.value='2027-03-01';e.dispatchEvent(new Event('input',{bubbles:true}))})(document.getElementsByName('dated')[0])"
    )


def typed(tab: Tab, name: str, text: str) -> None:
    tab.run(f"(e=>{{e.focus();e.select()}})(document.getElementsByName({name!r})[0])")
    tab.type(text)


def saved(tab: Tab, folder: Path, name: str) -> Path:
    """The file that the browser saved, once it is whole."""
    tab.until_saved(name)
    return folder / "saved" / name


@pytest.fixture(scope="module")
def made(built: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab whose package is made, as handed over: never changed."""
    lab = built.copy_to(tmp_path_factory.mktemp("review"))
    packaged(lab)
    return lab


@pytest.fixture
def lab(made: Lab, tmp_path: Path) -> Lab:
    """A lab of the test's own, with the package."""
    return made.copy_to(tmp_path / "lab")


@pytest.mark.parametrize("first", [3, 95, 96, 98, 99])
def test_the_browser_starts_however_many_files_are_open(tmp_path, first):
    """Its pipes reach it whatever their numbers: once, with 95 to 98, one was laid over the other."""
    with ExitStack() as held:
        while (file := held.enter_context(Path(os.devnull).open())).fileno() < first - 1:
            pass
        with browsing(tmp_path) as tab:
            assert tab.run("1+1") == 2
    assert file.closed


def test_opened_answered_returned_filed_and_published(lab, tmp_path):
    """From a file:// address to the public page; the browser asked for nothing but that file."""
    says = "The evidence is “thin”:\nno check\tfor sandbagging \\ \U0001f600 é \u2028 and a soft\u00adhyphen."
    with browsing(tmp_path) as tab:
        tab.open(lab.folder / "package.html")
        tab.until("document.getElementById('bundle-check').className==='good'")
        fill(tab, says)
        assert tab.run("document.getElementById('count').textContent") == "16 of 16 answered"
        tab.run("document.getElementById('save').click()")
        path = saved(tab, tmp_path, SAVED)
        assert tab.complaints == []
        assert [r for r in tab.requests if not r.startswith(("data:image/svg+xml", "blob:"))] == [
            (lab.folder / "package.html").as_uri()
        ]

    act(lab, "file", "spring-report", path, now=ANSWERED)
    act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED)
    published = json.loads((lab.folder / "public" / "spring-report.json").read_bytes())["versions"][0]
    assert ["inadequate"] * 3 == [one["adequacy"] for one in published["sections"]]
    assert ["agree"] * 3 == [one["agreement"] for one in published["sections"]]
    assert published["sections"][1]["says"] == says.replace("\u2028", "").replace("\u00ad", "")
    assert published["by"] == "Dr. R. Outside"


def test_a_planted_confidential_sentence_blocks_publication(lab, tmp_path):
    """Typed into the page in another dress, returned, filed: not published."""
    with browsing(tmp_path) as tab:
        tab.open(lab.folder / "package.html")
        fill(tab, "As we said. " + SECRET.upper().replace(" ", "  "))
        tab.run("document.getElementById('save').click()")
        path = saved(tab, tmp_path, SAVED)

    act(lab, "file", "spring-report", path, now=ANSWERED)
    act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED, code=1)
    assert not (lab.folder / "public").exists()


def test_nothing_is_saved_until_everything_is_answered(lab, tmp_path):
    """The first question that lacks an answer gets the focus, and the page says how many lack one."""
    with browsing(tmp_path) as tab:
        tab.open(lab.folder / "package.html")
        fill(tab, "")
        tab.run("document.querySelector('input[name=\"reply.rigour\"]:checked').checked=false")
        tab.run("document.getElementById('save').click()")

        assert tab.run("document.getElementById('told').textContent").startswith("1 still to answer")
        assert tab.run("document.activeElement.name") == "reply.rigour"
        assert not (tmp_path / "saved" / SAVED).exists()


def test_the_page_leads_to_what_is_unanswered_and_marks_what_is_not_public(lab, tmp_path):
    """A button goes to the first question that lacks an answer, and away with the last; marks are there to be seen."""
    with browsing(tmp_path) as tab:
        tab.open(lab.folder / "package.html")
        tab.run("document.getElementById('next').click()")
        assert tab.run("document.activeElement.name") == "agreement.threat-models"
        fill(tab, "")

        assert tab.run("document.getElementById('next').hidden")
        assert tab.run("document.getElementById('part').value") == 16
        assert tab.run("[...document.querySelectorAll('.statement .mark')].map(e=>e.textContent)") == [
            "not public: cybersecurity, material: how filtering failed is not mended everywhere"
        ]
        assert tab.run("[...document.querySelectorAll('td.secret>div')].map(e=>e.firstChild.textContent.trim())") == [
            "4217",
            "0.0469",
        ]


def test_items_of_a_section_are_answered_one_by_one(built, tmp_path):
    """Two threat models for this reviewer, a third for another: three questions each of two, none of the third."""
    items = [
        part(field("Risk", said("Low.")), id_=name, title=name.title()) for name in ("biology", "cyber", "research")
    ]
    report = publication(section("threat-models", "Threat models", *items, each="threat model"))
    lab = with_report(built.copy_to(tmp_path / "items"), report, hidden=())
    write(
        lab.record / "reviews" / "spring-report.yaml", review_file(declaration("evals-institute"), declaration("other"))
    )
    act(lab, "open", "spring-report")
    mine = ("--section", "threat-models--biology", "--section", "threat-models--cyber")
    act(lab, "assign", "spring-report", "--reviewer", "evals-institute", *mine)
    act(lab, "assign", "spring-report", "--reviewer", "other", "--section", "threat-models--research")
    approve(lab)
    approve(lab, "other")
    package = lab.folder / "package.html"
    act(lab, "package", "spring-report", package, "--reviewer", "evals-institute", now=SHARED)
    with browsing(tmp_path) as tab:
        tab.open(package)
        tab.run("document.querySelectorAll('fieldset[data-ask]').forEach(f=>f.querySelector('input').click())")
        typed(tab, "by", "Dr. R. Outside")
        tab.run("document.getElementsByName('dated')[0].value='2027-03-01'")
        tab.run("document.getElementById('save').click()")
        path = saved(tab, tmp_path, SAVED)
    shown = run("review", "answer", package, path, "--json").json

    assert [one["section"] for one in shown["sections"]] == ["threat-models--biology", "threat-models--cyber"]
    assert "Research" in package.read_text("utf-8")


def test_a_draft_outlives_the_page_and_can_be_forgotten(lab, tmp_path):
    """What was typed is there after a reload, and gone once it was forgotten."""
    with browsing(tmp_path) as tab:
        tab.open(lab.folder / "package.html")
        typed(tab, "remarks", "kept")
        tab.open(lab.folder / "package.html")
        tab.until("document.getElementById('note').textContent==='Draft restored.'")
        assert tab.run("document.getElementsByName('remarks')[0].value") == "kept"
        tab.run("document.getElementById('forget').click()")
        tab.open(lab.folder / "package.html")

        assert tab.run("document.getElementsByName('remarks')[0].value") == ""


def test_the_page_gives_out_the_bundle_and_the_verifier_as_they_are(lab, tmp_path):
    """Both are saved byte for byte."""
    with browsing(tmp_path) as tab:
        tab.open(lab.folder / "package.html")
        for part, name in (("verifier", "ruleout_verify.py"), ("bundle", "bundle.json")):
            tab.run(f"document.querySelector('[data-save={part}]').click()")
            saved(tab, tmp_path, name)

    assert (tmp_path / "saved" / "ruleout_verify.py").read_bytes() == (
        ROOT / "tools" / "ruleout_verify.py"
    ).read_bytes()
    assert run("verify", tmp_path / "saved" / "bundle.json").code == 0


def test_a_changed_bundle_is_named_by_the_page(lab, tmp_path):
    """The digest no longer fits, and the page says so."""
    path = lab.folder / "package.html"
    page = path.read_bytes()
    at = page.index(b'id="sealed-bundle">') + 400
    path.write_bytes(page[:at] + (b"A" if page[at : at + 1] != b"A" else b"B") + page[at + 1 :])
    with browsing(tmp_path) as tab:
        tab.open(path)
        tab.until("document.getElementById('bundle-check').className==='bad'")


def test_every_field_has_a_name_and_the_keyboard_reaches_it(lab, tmp_path):
    """Labels on every field, legends on every choice, one main heading, and Tab goes through the form."""
    nameless = (
        "[...document.querySelectorAll('input,textarea,button')].filter(e=>e.type!=='file'&&!(e.labels&&e.labels.length)"
        "&&!e.textContent.trim()).length+[...document.querySelectorAll('fieldset')].filter(f=>!f.querySelector('legend')).length"
    )
    with browsing(tmp_path) as tab:
        tab.open(lab.folder / "package.html", width=390, height=844)
        assert tab.run(nameless) == 0
        assert tab.run("document.querySelectorAll('h1').length") == 1
        assert tab.run("document.documentElement.lang") == "en"
        assert tab.run("document.documentElement.scrollWidth<=innerWidth")
        tab.run("document.querySelector('input[type=radio]').focus()")
        tab.press(" ", 32)
        tab.press("Tab", 9)

        assert tab.run("document.querySelectorAll('input:checked').length") == 1
        assert tab.run("document.activeElement.name") == "adequacy.threat-models"


def test_the_page_takes_out_what_the_record_refuses():
    """The script's ranges of invisible characters are those of the documents' check, one by one."""
    both = "".join(first + last for first, last in _RANGES)

    for char in both:
        assert any(a <= char <= b for a, b in pairs(UNSEEN)), char
    for first, last in pairs(UNSEEN):
        assert all(any(a <= c <= b for a, b in _RANGES) for c in (first, last))


def pairs(ranges: str) -> list[tuple[str, str]]:
    """The ranges of a character class as pairs."""
    found = re.findall(r"\\u(?:\{([0-9a-f]+)\}|([0-9a-f]{4}))(-)?", ranges)
    points = [(chr(int(a or b, 16)), bool(dash)) for a, b, dash in found]
    made, at = [], 0
    while at < len(points):
        if points[at][1]:
            made.append((points[at][0], points[at + 1][0]))
            at += 2
        else:
            made.append((points[at][0], points[at][0]))
            at += 1
    return made


def test_who_is_independent_and_why_stands_on_paper(northlight, tmp_path):
    """A declaration that is folded on the screen is printed whole: the published page has no script that would open it."""
    seen = "document.querySelector('details dl').checkVisibility()"
    with browsing(tmp_path) as tab:
        tab.open(northlight / "reviews" / "published" / "october-report.html")
        assert tab.run(seen) is False
        tab.media(kind="print")
        assert tab.run(seen) is True
