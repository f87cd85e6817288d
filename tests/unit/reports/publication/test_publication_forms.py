# SPDX-License-Identifier: Apache-2.0
"""Four forms of one document: the same bytes each time, hostile text as text, holes to be seen, links that resolve (A-8)."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.publication_builders import published

from ruleout.accountability.reporting.publication import Hole
from ruleout.reports.publication.forms import every_form, html, markdown, pdf, stem_of, typst_source

HOSTILE = (
    '#read("/etc/passwd")',
    '"; #panic("x"); #"',
    '#import "@preview/x:1.0.0": *',
    '\\" #let x = 1',
    "$ x $ `raw` <label> @ref = Heading - item + item / term: ~ --- ...",
    "*/ /* // ]] [[ }} {{ }{",
    "</style><script>alert(1)</script><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "{{ 7 * 7 }} {% raw %}",
    "[link](javascript:alert(1)) ![img](http://x.example/y.png) | cell | `",
    "line\nbreak\u2028and\u202eturned\x1b[31m",
)
HOLE = Hole(
    digest="d" * 43,
    standing="redacted",
    redaction_class="public-safety",
    justification="It would help to do it.",
    review_by="2027-01-01",
    material="yes",
)


def with_title(text):
    """A document whose title, sentence, cell, entry and model say this."""
    made = published()
    sections = list(made.sections)
    part = sections[1].parts[0]
    field = replace(part.fields[0], statements=(replace(part.fields[0].statements[0], says=text),))
    sections[1] = replace(sections[1], parts=(replace(part, fields=(field,)),))
    first = sections[0].parts[0]
    facts = first.fields[1]
    row = replace(facts.table.rows[0], cells=(text, text))
    told = replace(facts, table=replace(facts.table, rows=(row,)))
    sections[0] = replace(sections[0], parts=(replace(first, title=text, fields=(first.fields[0], told)),))
    return replace(made, title=text, developer=text, models=(text,), sections=tuple(sections))


def with_hole():
    """A document with a hidden sentence, a hidden row and a hidden section title."""
    made = published()
    one, two = made.sections
    part = two.parts[0]
    field = replace(part.fields[0], statements=(HOLE, replace(part.fields[0].statements[0], says=HOLE)))
    first = one.parts[0]
    told = replace(first.fields[1], table=replace(first.fields[1].table, rows=(HOLE,)))
    one = replace(one, title=HOLE, parts=(replace(first, fields=(first.fields[0], told)),))
    return replace(made, sections=(one, replace(two, parts=(replace(part, fields=(field,)),))))


class Tags(HTMLParser):
    """What tags, attributes and text a page has."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links, self.ids, self.names, self.text = [], [], [], set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        self.text += data


def words(data):
    """A PDF's text without spaces."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages))


def test_each_sentence_and_heading_of_the_text_is_a_block_of_its_own():
    """Markdown joins lines that follow each other: an empty line stands before each heading and between sentences."""
    made = published()
    sections = list(made.sections)
    part = sections[1].parts[0]
    one = part.fields[0].statements[0]
    field = replace(part.fields[0], statements=(one, replace(one, says="Another sentence.")))
    sections[1] = replace(sections[1], parts=(replace(part, fields=(field,)),))
    lines = markdown(replace(made, sections=tuple(sections)), "public").splitlines()

    headings = [nth for nth, line in enumerate(lines) if nth and line.startswith("#")]
    assert headings
    assert [lines[nth] for nth in headings if lines[nth - 1]] == []
    second = next(nth for nth, line in enumerate(lines) if line.startswith("Another sentence."))
    assert (lines[second - 1], lines[second + 1]) == ("", "")
    asked = [nth for nth, line in enumerate(lines) if line.endswith(("**yes**", "**no**"))]
    assert asked
    assert [lines[nth] for nth in asked if lines[nth - 1]] == []


def test_the_same_value_gives_the_same_bytes_in_every_form():
    """Twice, the PDF too."""
    forms = every_form(published(), "public")

    assert forms == every_form(published(), "public")
    assert sorted(forms) == [f"spring-public.{end}" for end in ("html", "json", "md", "pdf")]
    assert json.loads(forms["spring-public.json"])["format"] == "ruleout-publication/1"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_in_every_form(text):
    """It adds no tag, runs nothing, breaks no table, and can be read as it was written."""
    plain, made = Tags(html(published(), "public")), with_title(text)
    page = Tags(html(made, "public"))

    assert page.tags == plain.tags
    assert page.names == plain.names
    assert "script" not in page.tags
    assert len(re.findall(r"(?m)^#{1,6} ", markdown(made, "public"))) == len(
        re.findall(r"(?m)^#{1,6} ", markdown(published(), "public"))
    )
    if text.isprintable() and text.isascii():
        assert text in page.text
        assert re.sub(r"\s", "", text)[:12] in words(pdf(made, "public"))
    else:
        assert pdf(made, "public").startswith(b"%PDF")


@settings(max_examples=15, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=80))
def test_any_text_compiles_and_stays_within_its_place(text):
    """Whatever stands in a document, its pages have the same tags and the PDF is made."""
    made = with_title(text)

    assert Tags(html(made, "public")).tags == Tags(html(published(), "public")).tags
    assert pdf(made, "public").startswith(b"%PDF")


def test_holes_are_seen_with_class_justification_review_and_digest():
    """In every form, and none of them in the way of the rest."""
    made = with_hole()
    text = words(pdf(made, "public"))

    for page in (html(made, "public"), markdown(made, "public").replace("\\", "")):
        for part in (HOLE.redaction_class, HOLE.justification, HOLE.review_by, HOLE.digest):
            assert part in page
        assert "4 parts not shown" in page
    assert "publicsafety" in text.replace("-", "")
    assert "Itwouldhelptodoit" in text
    assert json.loads(every_form(made, "public")["spring-public.json"])["sections"][0]["title"]["digest"] == HOLE.digest


def test_every_link_resolves_within_the_page_and_every_entry_has_its_digest():
    """Offline: no address, no script, and no file but the document's own other forms beside it."""
    page = html(published(), "public")
    found, beside = Tags(page), set(every_form(published(), "public"))

    assert all(link in beside or link.startswith("#") for link in found.links)
    assert {link.removeprefix("#") for link in found.links} - beside <= set(found.ids)
    assert "ab" * 32 in page
    assert "http" not in re.sub(r"http://www.w3.org/2000/svg|http-equiv", "", page)


def test_a_name_leads_nowhere_else():
    """A stem is one name in the folder, whatever a report and an audience are called."""
    assert stem_of(replace(published(), report="../../etc/x"), "../a") == "a"
    assert "#read" not in re.sub(r'"(?:[^"\\]|\\.)*"', "", typst_source(with_title(HOSTILE[0]), "public"))
