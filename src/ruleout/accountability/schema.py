# SPDX-License-Identifier: Apache-2.0
"""Shapes of the registers' files, for `ruleout schema`: the shape, not the meaning; the parsers decide."""

from __future__ import annotations

from ruleout.accountability.change_log.document import ChangeLogDoc
from ruleout.accountability.concerns.document import ConcernDoc, ConcernRulesDoc
from ruleout.accountability.deviations.document import DeviationDoc
from ruleout.accountability.duties.document import CadenceDoc, DutiesDoc
from ruleout.accountability.incidents.document import IncidentDoc
from ruleout.accountability.incidents.regime_document import RegimeDoc
from ruleout.accountability.permits.document import PermitDoc
from ruleout.accountability.reporting.draft import DraftDoc
from ruleout.accountability.reporting.kind_document import KindDoc
from ruleout.accountability.reporting.sheet import SheetDoc
from ruleout.accountability.requests.document import AnswerDoc, ForumFileDoc, RequestDoc
from ruleout.accountability.requests.policy_document import PolicyDoc
from ruleout.accountability.reviews.document import ReviewDoc, ReviewRulesDoc, ReviewWordsDoc
from ruleout.accountability.roadmap.changes.updates import UpdatesDoc
from ruleout.accountability.roadmap.document import RoadmapDoc
from ruleout.accountability.roadmap.grade_file import GradeDoc
from ruleout.documents.fields import Doc

#: A file's shape by the name that `ruleout schema` gives it.
SHAPES: dict[str, type[Doc]] = {
    "publication-kind": KindDoc,
    "report": DraftDoc,
    "sheet": SheetDoc,
    "request": RequestDoc,
    "request-answer": AnswerDoc,
    "request-forum": ForumFileDoc,
    "requests-policy": PolicyDoc,
    "review": ReviewDoc,
    "review-rules": ReviewRulesDoc,
    "review-words": ReviewWordsDoc,
    "roadmap": RoadmapDoc,
    "grade": GradeDoc,
    "updates": UpdatesDoc,
    "change-log": ChangeLogDoc,
    "concern": ConcernDoc,
    "concern-rules": ConcernRulesDoc,
    "deviation": DeviationDoc,
    "incident": IncidentDoc,
    "incident-regime": RegimeDoc,
    "duties": DutiesDoc,
    "cadence": CadenceDoc,
    "permit": PermitDoc,
}
