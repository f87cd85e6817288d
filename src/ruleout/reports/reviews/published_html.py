# SPDX-License-Identifier: Apache-2.0
"""A published review as one HTML page that needs nothing else (A-9)."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ruleout.accountability.reviews.fold import ReviewerState
from ruleout.reports.reviews.package_page import policy
from ruleout.reports.reviews.page_style import STYLE
from ruleout.reports.reviews.published import (
    NOT_MEANT,
    PublishedReview,
    PublishedVersion,
    Row,
    answer_rows,
    answers_in,
    declared_rows,
    filed_words,
    independence_word,
    named,
    or_hole,
    reviewer_name,
    section_titles,
    section_words,
    version_heading,
)


def published_html(shown: PublishedReview) -> str:
    """Return the published review as one HTML page that needs nothing else. Pure."""
    review = shown.state.review
    title = f"External review: {shown.report_title}"
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy(STYLE, ""))}">',
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>",
        f'<p class="kicker">{escape(review.id)}, published {escape(shown.at)}</p><h1>{escape(title)}</h1>',
        f"<p>{escape(review.ground)}</p>",
        f"<dl><dt>Report</dt><dd>{escape(review.report)}</dd><dt>Rules</dt><dd>{escape(shown.state.rules.title)}</dd></dl>",
        f'<p class="quiet">{escape(NOT_MEANT)}</p>',
        _glance(shown),
        '<section class="section"><h2>Reviewers</h2>',
        *(_reviewer_html(one, shown) for one in shown.state.reviewers),
        "</section>",
        *(_version_html(version, shown) for version in shown.versions),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _glance(shown: PublishedReview) -> str:
    """The latest version of each reviewer on each section, conclusion and evidence side by side."""
    latest = {version.reviewer: version for version in shown.versions}
    rows = "".join(
        f"<dt>{escape(named(one.section, shown).title)}</dt><dd>{_tags(section_words(one))}"
        f'<span class="quiet small">{escape(reviewer_name(name, shown))}</span></dd>'
        for name, version in latest.items()
        for one in answers_in(version).sections
    )
    return f'<section class="section"><h2>At a glance</h2><dl>{rows}</dl></section>'


def _version_html(version: PublishedVersion, shown: PublishedReview) -> str:
    why = ""
    if version.filed.reason:
        why = f"<p>Why it was updated: {escape(or_hole(version, 'reason', version.filed.reason))}</p>"
    if version.file:
        why += f'<p class="quiet small">Answers file, as it came: SHA-256 <code>{version.file}</code></p>'
    rows = "".join(
        f'<div class="answer"><h3>{escape(row.asks)}</h3>{_tags(row.chosen)}{_words_html(version, row)}</div>'
        for row in answer_rows(version, shown)
    )
    return f'<section class="section"><h2>{escape(version_heading(version, shown))}</h2>{why}{rows}</section>'


def _words_html(version: PublishedVersion, row: Row) -> str:
    if row.place in version.holes:
        return f'<div class="hole" role="note">{escape(row.says)}</div>'
    return f'<p class="words">{escape(row.says)}</p>' if row.says else ""


def _tags(chosen: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<span class="tag">{escape(label)}: {escape(word)}</span>' for label, word in chosen)


def _reviewer_html(one: ReviewerState, shown: PublishedReview) -> str:
    rows = "".join(
        f"<dt>{escape(asks)}</dt><dd>{escape(tie)}{'. ' + escape(says) if says else ''}</dd>"
        for asks, tie, says in declared_rows(one.independence)
    )
    return (
        f'<div class="card"><h3>{escape(one.reviewer.name)}</h3><p><span class="tag">{independence_word(one.independence)}'
        f"</span> {escape(one.reviewer.expertise)}</p><p>Sections: {escape(section_titles(one, shown))}. "
        f"{escape(filed_words(one))}</p><details><summary>Declaration</summary><dl>{rows}</dl></details></div>"
    )
