# SPDX-License-Identifier: Apache-2.0
"""A reviewer's package as one HTML page that opens offline anywhere: report, questions, record, verifier (A-9).

Every value is escaped where it enters the page. Style and script are allowed by their digest alone; the page may ask
no network. The manifest's place is left empty: it is filled once the rest is fixed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from html import escape

from ruleout.accountability.reviews.document import MOST_WORDS
from ruleout.ledger.sealed import sealed_block
from ruleout.model.report_shown import ShownReport, ShownSection
from ruleout.model.review import Adequacy, Agreement, Question, Reply, Review, Reviewer, ReviewRules
from ruleout.reports.reviews.page_script import SCRIPT
from ruleout.reports.reviews.page_style import STYLE
from ruleout.reports.reviews.sections_html import section_html, text_html

WORDS = {
    Agreement.AGREE: "agree",
    Agreement.PARTLY: "partly",
    Agreement.DISAGREE: "disagree",
    Adequacy.ADEQUATE: "adequate",
    Adequacy.PARTLY: "partly",
    Adequacy.INADEQUATE: "inadequate",
    Reply.YES: "yes",
    Reply.PARTLY: "partly",
    Reply.NO: "no",
    Agreement.CANNOT_SAY: "cannot say",
    Adequacy.CANNOT_SAY: "cannot say",
    Reply.CANNOT_SAY: "cannot say",
}

_MARKED = (
    '<p>What the public is not shown is marked <span class="mark">not public</span>, with the ground and the public '
    "justification. Say what you think of it without repeating it: an answer that repeats it cannot be published.</p>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageShown:
    """What a package shows.

    Attributes:
        report: what of it goes to this reviewer.
        others: titles of what goes to other reviewers.
        made: RFC 3339 instant.
    """

    report: ShownReport
    reviewer: Reviewer
    others: tuple[str, ...]
    review: Review
    made: str


def package_page(shown: PackageShown, rules: ReviewRules, *, bundle: bytes, verifier: bytes) -> str:
    """Return the page with an empty place for its manifest. Pure; the same values give the same text."""
    title = f"Review of {shown.report.title}"
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy(STYLE, SCRIPT))}">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>",
        f'<p class="kicker">Sealed review package for {escape(shown.reviewer.name)}</p>\n<h1>{escape(title)}</h1>',
        _about(shown, rules),
        _how_to_check(),
        (
            '</header>\n<noscript><p class="bad">Answers need this page’s script; without it the report can be read, and '
            "answers can be written in a file of their own.</p></noscript>"
        ),
        (
            '<div class="bar screen needs-script" hidden><strong id="count" role="status"></strong>'
            '<progress id="part" max="1" value="0" aria-hidden="true"></progress>'
            '<button type="button" id="next" class="small">Next unanswered</button>'
            '<span class="quiet small" id="note" role="status"></span></div>'
        ),
        '<form id="answers" autocomplete="off" novalidate>\n<main>',
        *(_section(section) for section in shown.report.sections),
        _others(shown.others),
        _questions("About the report", rules.substance),
        _questions("About what is withheld", rules.redactions),
        _sign_off(),
        "</main>\n</form>",
        sealed_block("manifest", b""),
        sealed_block("bundle", bundle),
        sealed_block("verifier", verifier),
        f"<script>{SCRIPT}</script>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def policy(style: str, script: str) -> str:
    """Return the page's content security policy: nothing but this style and this script. Pure."""
    hashes = {name: _hash(text) for name, text in (("style-src", style), ("script-src", script)) if text}
    allowed = "; ".join(f"{name} '{value}'" for name, value in hashes.items())
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}"


def _about(shown: PackageShown, rules: ReviewRules) -> str:
    marked = any(text.not_public for section in shown.report.sections for text in section.texts)
    rows = (
        ("Why this review", shown.review.ground),
        ("Under the rules of", f"{rules.title} ({rules.name})"),
        ("Made", shown.made),
        ("Report", shown.report.entry),
    )
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return (
        f"<dl><dt>Sections for you</dt><dd>{_contents(shown.report)}</dd>{listed}<dt>Package</dt><dd><code data-digest>shown by the page’s script</code></dd></dl>"
        f"{_report_about(shown.report)}"
        "<p>Of each section you are asked two things that are not the same: whether you agree with its conclusion, and "
        "whether the evidence that it gives is adequate. You may agree and find the evidence thin. Nothing is chosen for "
        "you. What you return is recorded as you write it, and so is a later version if you send one; both are "
        "published, after a check that they say nothing that is withheld from the public.</p>"
        + (_MARKED if marked else "")
    )


def _contents(report: ShownReport) -> str:
    links = (f'<a href="#title-{escape(one.id)}">{escape(one.title)}</a>' for one in report.sections)
    return "<br>".join(links)


def _report_about(report: ShownReport) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{text_html(text)}</dd>" for name, text in report.about)
    return (
        f'<details class="card"><summary>What the report says of itself</summary><dl>{rows}</dl></details>'
        if rows
        else ""
    )


def _how_to_check() -> str:
    return (
        '<details class="card"><summary>Check this file, offline</summary>'
        "<p>This file carries the part of the developer’s record that the report rests on, and a verifier that needs "
        "only Python 3.9 or later. It reads this very file:</p>"
        "<pre><code>python3 ruleout_verify.py package.html</code></pre>"
        '<p class="needs-script row screen" hidden><button type="button" data-save="verifier" '
        'data-name="ruleout_verify.py">Save the verifier</button> <button type="button" data-save="bundle" '
        'data-name="bundle.json">Save the record’s bundle</button></p>'
        '<p id="bundle-check" role="status" class="quiet">Not checked: this needs the page’s script.</p>'
        '<p class="quiet small">A verifier that comes with what it verifies proves little by itself: compare the '
        "package’s digest with the one you were told by another way, and take the verifier and the log’s keys from "
        "elsewhere if you can (<code>--vkey</code>). No check says that a model is safe.</p></details>"
    )


def _section(section: ShownSection) -> str:
    name = escape(section.id)
    return (
        f'<section class="section" aria-labelledby="title-{name}"><h2 id="title-{name}">{escape(section.title)}</h2>\n'
        f'{section_html(section)}\n<div class="card">'
        + _choices(f"agreement.{name}", "Do you agree with this section’s conclusion?", Agreement)
        + _choices(f"adequacy.{name}", "Is the evidence given here adequate for it?", Adequacy)
        + _words(f"section.{name}", "Your words on this section")
        + "</div></section>"
    )


def _others(sections: Iterable[str]) -> str:
    titles = "".join(f"<li>{escape(title)}</li>" for title in sections)
    if not titles:
        return ""
    return (
        '<section class="section"><h2>Sections for other reviewers</h2><p class="quiet">Each part of the report goes to at '
        "least one reviewer. These are not in this file; the verifier names them as withheld without a reason:</p>"
        f"<ul>{titles}</ul></section>"
    )


def _questions(heading: str, questions: Iterable[Question]) -> str:
    asked = "".join(
        f'<div class="card">{_choices(f"reply.{escape(q.id)}", q.asks, Reply)}'
        f"{_words(f'question.{escape(q.id)}', 'Your words')}"
        f'<p class="quiet small">{escape(q.clause.source)}, section {escape(q.clause.section)}</p></div>'
        for q in questions
    )
    return f'<section class="section"><h2>{escape(heading)}</h2>{asked}</section>'


def _choices(name: str, asks: str, kind: type[Enum]) -> str:
    options = "".join(
        f'<label><input type="radio" name="{name}" value="{escape(str(one.value))}">{escape(WORDS[one])}</label>'
        for one in kind
    )
    return f'<fieldset data-ask><legend>{escape(asks)}</legend><div class="choices">{options}</div></fieldset>'


def _words(name: str, label: str) -> str:
    return (
        f'<label class="field">{escape(label)} <span class="quiet">(may stay empty)</span>'
        f'<textarea name="{name}" maxlength="{MOST_WORDS}" rows="3"></textarea></label>'
    )


def _sign_off() -> str:
    return (
        '<section class="section"><h2>Whatever else you wish to say</h2><div class="card">'
        + _words("remarks", "Remarks")
        + '<label class="field">Who answers<input type="text" name="by" maxlength="200"></label>'
        '<label class="field">Date<input type="date" name="dated" min="1900-01-01" max="2999-12-31"></label></div>'
        '<div class="row screen needs-script" hidden><button class="main" type="submit" id="save">Save the answers</button>'
        '<label class="button">Go on from a saved file <input type="file" id="go-on" accept=".json"></label>'
        '<button type="button" id="forget">Forget the draft</button></div>'
        '<p id="told" role="alert"></p>'
        '<p class="quiet small">The draft stays in this browser until you forget it. Nothing is sent: you return the saved '
        "file yourself.</p></section>"
    )
