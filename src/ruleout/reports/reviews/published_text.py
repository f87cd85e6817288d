# SPDX-License-Identifier: Apache-2.0
"""A published review as Markdown (A-9). Every text of others is escaped, and stands on the line where it is put."""

from __future__ import annotations

from ruleout.reports.publication.escaping import markdown_text
from ruleout.reports.reviews.published import (
    NOT_MEANT,
    PublishedReview,
    answer_rows,
    declared_rows,
    filed_words,
    independence_word,
    or_hole,
    section_titles,
    version_heading,
)


def published_text(shown: PublishedReview) -> str:
    """Return the published review as Markdown. Pure."""
    review = shown.state.review
    lines = [
        f"# External review: {_md(shown.report_title)}",
        "",
        f"Report `{review.report}`, under `{review.framework}`. {_md(review.ground)}",
        "",
        NOT_MEANT,
        "",
        "## Reviewers",
        "",
    ]
    for one in shown.state.reviewers:
        lines += [
            f"* **{_md(one.reviewer.name)}**: {independence_word(one.independence)}. {_md(one.reviewer.expertise)}"
        ]
        lines += [
            f"  * {_md(asks)} **{tie}** {_md(says)}".rstrip() for asks, tie, says in declared_rows(one.independence)
        ]
        lines += [f"  * Sections: {_md(section_titles(one, shown))}. {filed_words(one)}"]
    for version in shown.versions:
        lines += ["", f"## {_md(version_heading(version, shown))}", ""]
        lines += [f"Answers file, as it came: SHA-256 `{version.file}`", ""] if version.file else []
        if version.filed.reason:
            lines += [f"Why it was updated: {_md(or_hole(version, 'reason', version.filed.reason))}", ""]
        for row in answer_rows(version, shown):
            chosen = "; ".join(f"{label}: **{word}**" for label, word in row.chosen)
            lines += [f"### {_md(row.asks)}", "", *([chosen, ""] if chosen else [])]
            lines += [*(f"> {_md(line)}" for line in row.says.split("\n")), ""] if row.says else []
    return "\n".join(lines).rstrip() + "\n"


def _md(text: str) -> str:
    """A text within one line: what is no space breaks nothing, and lines run together."""
    return str(markdown_text(" ".join(text.split())))
