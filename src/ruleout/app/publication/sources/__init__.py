# SPDX-License-Identifier: Apache-2.0
"""Sources: named readings of the record from which documents are made. A source is a line here and a function (A-10).

Each returns facts with the entries they come from, all of them: whoever writes a document cannot leave one out.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ruleout.app.publication.context import Source
from ruleout.app.publication.sources import (
    calendar,
    decisions,
    frameworks,
    goals,
    published,
    published_frameworks,
    registers,
    rooms,
    said,
    sheets,
)

#: Every source by the name under which a kind's file asks for it.
SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "approvals": said.APPROVALS,
        "data-room": rooms.DATA_ROOM,
        "decision-approvals": decisions.APPROVALS,
        "decisions": decisions.CURRENT,
        "decisions-since": decisions.SINCE,
        "deployed-models": decisions.DEPLOYED,
        "determinations": said.DETERMINATIONS,
        "deviations": registers.DEVIATIONS,
        "document-redactions": published.DOCUMENT_REDACTIONS,
        "duties": calendar.EVERY,
        "duties-done": calendar.DONE,
        "duties-missed": calendar.MISSED,
        "erasures": published.ERASURES,
        "estimates": decisions.ESTIMATES,
        "evaluations": rooms.EVALUATIONS,
        "events": calendar.EVENTS,
        "framework-acts": published_frameworks.ACTS,
        "framework-announced": published_frameworks.ANNOUNCED,
        "framework-changes": frameworks.CHANGES,
        "framework-publications": published_frameworks.PUBLICATIONS,
        "framework-thresholds": published_frameworks.THRESHOLDS,
        "framework-versions": frameworks.VERSIONS,
        "goal-changes": goals.CHANGES,
        "goals": goals.GOALS,
        "incidents": registers.INCIDENTS,
        "marginal-risk": decisions.MARGINAL,
        "missed-goals": goals.MISSED,
        "peers": said.PEERS,
        "redactions": published.REDACTIONS,
        "replayable": decisions.REPLAYABLE,
        "report-approvals": published.APPROVALS,
        "reports": published.REPORTS,
        "request-rates": registers.RATES,
        "requests": registers.REQUESTS,
        "roles": rooms.ROLES,
        "safeguards": said.SAFEGUARDS,
        "schedules": calendar.SCHEDULES,
        "sheets": sheets.SHEETS,
        "thresholds": decisions.THRESHOLDS,
        "withdrawals": said.WITHDRAWALS,
    }
)

#: The columns of each, by which kinds may choose and tell facts.
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType({name: tuple(one.columns) for name, one in SOURCES.items()})
