# SPDX-License-Identifier: Apache-2.0
"""Deviations as an OSCAL plan of action and milestones: their headers, and for whom it may see them their statements.

What an audience does not see is told as that, with the record's reason. Steps are the tasks of a remediation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ruleout.model.deviation import Deviation, Step
from ruleout.model.plain import instant_text
from ruleout.reports.interop.absent import hole_words
from ruleout.reports.interop.instants import instant_in
from ruleout.reports.interop.names import OSCAL_NS, uuid_of
from ruleout.reports.interop.oscal.catalog import catalog_name, control_id
from ruleout.reports.interop.oscal.parts import About, document, entry_props, metadata, one_line, props
from ruleout.reports.interop.shown import DeviationShown


def plan_of_action(deviations: Sequence[DeviationShown], about: About) -> dict[str, Any]:
    """Return the plan of action of deviations, at least one, in the order in which they were opened. Pure."""
    told = metadata(f"Deviations recorded in {about.origin}", version=str(about.size), about=about)
    body = {
        "metadata": told,
        "system-id": {"identifier-type": OSCAL_NS, "id": about.origin},
        "observations": [_observation(one, about) for one in deviations],
        "risks": [_risk(one, about) for one in deviations],
        "poam-items": [_item(one, about) for one in deviations],
    }
    return document("plan-of-action-and-milestones", body)


def _last(one: DeviationShown, field: str) -> str:
    """What the last act says of a field, "" if nothing."""
    return str(one.acts[-1][1].get(field, ""))


def _departs_from(one: DeviationShown) -> str:
    clause, framework = _last(one, "clause"), _last(one, "framework")
    return f"{clause} of {framework}@{_last(one, 'version')}" if clause else "the last report"


def _status(one: DeviationShown) -> str:
    return "closed" if one.is_closed else "open"


def _untold(one: DeviationShown) -> str:
    """Why what the last act states is not told; "" where it is."""
    if not one.unseen:
        return ""
    reasons = dict.fromkeys(hole_words(hole) for hole in one.acts[-1][0].holes)
    said = f"What the last act states is not told: {('; '.join(reasons) or one.unseen).rstrip('.')}."
    return f"{said} What stands here was stated before." if one.stated else said


def _says(one: DeviationShown, headers: str) -> str:
    """What was stated, else what headers say; and that something is not told, where it is not."""
    stated = one.stated.says if one.stated else headers
    return " ".join(text for text in (stated, _untold(one)) if text)


def _discovered(one: DeviationShown) -> str:
    """The earliest instant of discovery ever stated (A-6); the entry's own where none is stated."""
    stated = [found for _, header in one.acts if (found := instant_in(str(header.get("discovered", ""))))]
    return min(stated or [one.acts[0][0].ts], key=datetime.fromisoformat)


def _told(one: DeviationShown, about: About) -> list[dict[str, Any]]:
    framework = f"{_last(one, 'framework')}@{_last(one, 'version')}" if _last(one, "framework") else ""
    clause = _last(one, "clause")
    stated = one.stated
    return props(
        {
            "deviation": one.id,
            "framework": framework,
            "clause": clause,
            "control-id": control_id(clause) if clause else "",
            "catalog": catalog_name(framework) if framework in about.catalogs else "",
            "corrected": _last(one, "corrected"),
            "status": _status(one),
            "scope": stated.scope if stated else "",
            "since": instant_text(stated.since) if stated and stated.since else "",
            "correction": stated.correction if stated else "",
            "disclosed-in": stated.disclosed_in if stated else (),
        }
    )


def _observation(one: DeviationShown, about: About) -> dict[str, Any]:
    return {
        "uuid": uuid_of("deviation-observation", about.origin, one.id),
        "description": _says(one, f"Practice departed from {_departs_from(one)}."),
        "props": [prop for entry, _ in one.acts for prop in entry_props(entry)],
        "methods": ["EXAMINE"],
        "types": ["finding"],
        "collected": _discovered(one),
    }


def _risk(one: DeviationShown, about: About) -> dict[str, Any]:
    text = f"Practice departed from {_departs_from(one)}."
    made = {
        "uuid": uuid_of("deviation-risk", about.origin, one.id),
        "title": f"Deviation {one.id}",
        "description": text,
        "statement": f"{text} How grave it is, the record does not grade.",
        "status": _status(one),
    }
    related = [{"observation-uuid": uuid_of("deviation-observation", about.origin, one.id)}]
    steps = {"remediations": [_remediation(one, one.stated, about)]} if one.stated and one.stated.steps else {}
    return {**made, **steps, "related-observations": related}


def _remediation(one: DeviationShown, stated: Deviation, about: About) -> dict[str, Any]:
    done = all(step.done is not None for step in stated.steps)
    return {
        "uuid": uuid_of("deviation-remediation", about.origin, one.id),
        "lifecycle": "completed" if done else "planned",
        "title": f"Plan for deviation {one.id}",
        "description": "The steps as last stated. Whether they were taken is what its authors say.",
        "tasks": [_task(one, nth, step, about) for nth, step in enumerate(stated.steps)],
    }


def _task(one: DeviationShown, nth: int, step: Step, about: About) -> dict[str, Any]:
    return {
        "uuid": uuid_of("deviation-step", about.origin, one.id, nth),
        "type": "milestone",
        "title": one_line(step.says),
        "props": props({"owner": step.owner, "done": step.done.isoformat() if step.done else ""}),
        "timing": {"on-date": {"date": f"{step.due.isoformat()}T23:59:59Z"}},
    }


def _item(one: DeviationShown, about: About) -> dict[str, Any]:
    said = _says(one, f"Departs from {_departs_from(one)}.")
    return {
        "uuid": uuid_of("deviation", about.origin, one.id),
        "title": f"Deviation {one.id}",
        "description": f"{said} Status: {_status(one)}.",
        "props": _told(one, about),
        "related-observations": [{"observation-uuid": uuid_of("deviation-observation", about.origin, one.id)}],
        "related-risks": [{"risk-uuid": uuid_of("deviation-risk", about.origin, one.id)}],
    }
