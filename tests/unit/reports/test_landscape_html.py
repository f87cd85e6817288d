# SPDX-License-Identifier: Apache-2.0
"""The page about peers is self-contained and lets no file's words become markup."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

from tests import builders as b

from ruleout.analysis.peer_effects import peer_effects
from ruleout.framework.landscape_document import parse_landscape
from ruleout.model.formula import Kind
from ruleout.model.landscape import LandscapeFact
from ruleout.model.outcome import Activity
from ruleout.reports.landscape_html import effects_html
from ruleout.reports.landscape_text import effects_page, landscape_page
from ruleout.reports.page import as_text

HOSTILE = "<script>alert(1)</script>\"'&"
TEXT = f"""landscape: demo
title: Demo
collected: 2026-02-01
facts:
  zenith:
    developer: {HOSTILE!r}
    topic: capability
    about: level
    says: {HOSTILE!r}
    grade: clear
    as-of: 2026-01-10
    contested: {HOSTILE!r}
    answers: [p]
    source: {{title: {HOSTILE!r}, url: 'https://zenith.example/"onclick="x'}}
""".replace("\\'", "''")


def facts() -> tuple[LandscapeFact, ...]:
    return parse_landscape(TEXT.encode(), file="landscape.yaml").facts


def page() -> str:
    fn = b.permits_lowering("fn", when=b.ref(Kind.PEER, "p"), lowers=("r",))
    framework = b.framework(b.rule(), peer_clauses=(fn,), peer_questions=(b.peer_question(),))
    effects = peer_effects(framework, b.case(), facts(), activity=Activity.DEPLOY_EXTERNAL, at=b.AT)
    return effects_html((effects,), facts(), case=HOSTILE, on=b.TODAY)


class Tags(HTMLParser):
    """Collects the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_words_of_a_file_never_become_markup() -> None:
    """No script element, no handler attribute, whatever a fact says or links to."""
    reader = Tags()
    reader.feed(page())

    assert "script" not in {tag for tag, _ in reader.tags}
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    assert "&lt;script&gt;" in page()


def test_the_page_needs_nothing_from_outside() -> None:
    """No source, no import; links only to https."""
    reader = Tags()
    reader.feed(page())
    links = [attributes["href"] for tag, attributes in reader.tags if tag == "a"]

    assert not [a for _, a in reader.tags if "src" in a]
    assert "url(" not in page()
    assert all(link is not None and link.startswith("https://") for link in links)
    assert {tag for tag, _ in reader.tags} & {"link", "img", "iframe"} == set()


def test_the_same_input_gives_the_same_bytes_and_the_page_never_calls_a_model_safe() -> None:
    """Deterministic, and it says what it does not say."""
    assert page() == page()
    assert "nothing about whether this model is safe" in page()


def test_the_text_shows_what_weakens_a_fact() -> None:
    """Contested is written out beside the fact, with who disputes it."""
    text = as_text(landscape_page(facts(), on=date(2026, 3, 1)))

    assert "CONTESTED" in text
    assert "Disputed:" in text
    assert re.search(r"0 stale, 0 later, 0 second-hand, 1 contested", text)


def test_the_text_for_a_case_names_the_three_outcomes() -> None:
    """As stated, with the facts at hand, at most."""
    framework = b.framework(b.rule())
    effects = peer_effects(framework, b.case(), (), activity=Activity.DEPLOY_EXTERNAL, at=b.AT)
    text = " ".join(as_text(effects_page((effects,), "Demo")).split())

    assert "hold as stated; hold with the facts at hand; hold if every question" in text
    assert "such facts change nothing" in text
