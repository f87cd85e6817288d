# SPDX-License-Identifier: Apache-2.0
"""Files of the registers: what a file is by its first field, where a workspace keeps it, and what reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from ruleout.accountability.change_log.parse import parse_change_log
from ruleout.accountability.concerns.parse import parse_concern, parse_concern_rules
from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.accountability.duties import parse_cadence, parse_duties
from ruleout.accountability.incidents.parse import parse_incident
from ruleout.accountability.incidents.regime_parse import parse_regime
from ruleout.accountability.permits.parse import parse_permit
from ruleout.accountability.reporting.draft import parse_draft
from ruleout.accountability.reporting.kind import parse_kind
from ruleout.accountability.reporting.sheet import parse_sheet
from ruleout.accountability.requests.parse import parse_answer, parse_forum, parse_request
from ruleout.accountability.requests.policy_parse import parse_policy
from ruleout.accountability.reviews.answers import parse_words
from ruleout.accountability.reviews.parse import parse_review, parse_review_rules
from ruleout.accountability.roadmap.changes.updates import parse_updates
from ruleout.accountability.roadmap.grade_file import parse_grade
from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.adapters.zones import zone_of
from ruleout.app.accountability.incident_regimes import calendar_of, facts_asked, regimes_at_hand
from ruleout.app.accountability.requests import POLICY_FILE
from ruleout.app.publication.sources import COLUMNS
from ruleout.app.reviews.rules import review_rules
from ruleout.app.workspace import find_workspace
from ruleout.errors import NotFound


def _incident(data: bytes, *, file: str) -> object:
    """An incident's facts are held against what the regimes at hand ask: a slip would leave a question unknown."""
    place = find_workspace(Path(file).resolve().parent)
    return parse_incident(data, file=file, facts=facts_asked(regimes_at_hand(place)))


def _regime(data: bytes, *, file: str) -> object:
    """A regime's days are counted somewhere: a zone that does not exist is found before a deadline is."""
    return calendar_of(parse_regime(data, file=file))


def _review(data: bytes, *, file: str) -> object:
    """A declaration is held against the rules of the framework that the review names, where there are any."""
    review = parse_review(data, file=file)
    try:
        rules = review_rules(review.framework, find_workspace(Path(file).resolve().parent))
    except NotFound:
        return review
    return parse_review(data, file=file, rules=rules)


#: What a register's file is, by its first field.
KINDS: Mapping[bytes, str] = {
    b"answer": "request-answer",
    b"cadence-of": "cadence",
    b"changes-of": "change-log",
    b"concern": "concern",
    b"concerns-of": "concern-rules",
    b"deviation": "deviation",
    b"duties-of": "duties",
    b"forum": "request-forum",
    b"grade": "grade",
    b"incident": "incident",
    b"incidents-of": "incident-regime",
    b"permit": "permit",
    b"publication": "publication-kind",
    b"report": "report",
    b"request": "request",
    b"review": "review",
    b"review-answers": "review-words",
    b"reviews-of": "review-rules",
    b"requests-policy": "requests-policy",
    b"roadmap": "roadmap",
    b"sheet": "sheet",
    b"updates-of": "updates",
}
#: Patterns of registers' files in a workspace.
PATTERNS = (
    "deviations/*.yaml",
    "frameworks/*/changes/*.yaml",
    "frameworks/*/concerns/*.yaml",
    "incidents/*.yaml",
    "jurisdictions/*/concerns.yaml",
    "jurisdictions/*/duties.yaml",
    "jurisdictions/*/incidents.yaml",
    "permits/*.yaml",
    "publications/*.yaml",
    "reports/*.yaml",
    "requests/**/*.yaml",
    POLICY_FILE,
    "frameworks/*/reviews/*.yaml",
    "reviews/**/*.yaml",
    "roadmap/*.yaml",
    "sheets/*.yaml",
)
#: What reads a register's file of a kind; it raises BadInput with the file's problems.
PARSERS: Mapping[str, Callable[..., object]] = {
    "cadence": parse_cadence,
    "change-log": parse_change_log,
    "concern": parse_concern,
    "concern-rules": parse_concern_rules,
    "deviation": parse_deviation,
    "duties": partial(parse_duties, zone_of=zone_of),
    "grade": parse_grade,
    "incident": _incident,
    "incident-regime": _regime,
    "permit": parse_permit,
    "publication-kind": partial(parse_kind, known_sources=COLUMNS),
    "report": parse_draft,
    "request": parse_request,
    "review": _review,
    "review-words": parse_words,
    "review-rules": parse_review_rules,
    "request-answer": parse_answer,
    "request-forum": parse_forum,
    "requests-policy": parse_policy,
    "roadmap": parse_roadmap,
    "sheet": parse_sheet,
    "updates": parse_updates,
}
