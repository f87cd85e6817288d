# SPDX-License-Identifier: Apache-2.0
"""Reports of incidents: collect a regime's fields from the record, refuse what is missing, record what was told (A-4)."""

from __future__ import annotations

from datetime import datetime

from ruleout.accountability.incidents.due import group_answers
from ruleout.accountability.incidents.fold import REPORT
from ruleout.accountability.incidents.report import Report, report_bytes
from ruleout.accountability.incidents.report_fields import ReportField, collect
from ruleout.accountability.incidents.standing import group_of, head_of
from ruleout.app.accountability.acts import next_id, record_act
from ruleout.app.accountability.incidents import Register
from ruleout.app.accountability.signed import holder_of
from ruleout.app.ledger import Record, Recorder
from ruleout.documents.counts import count_of
from ruleout.errors import NotFound, RuleoutError
from ruleout.ledger import EntryType, Signer
from ruleout.model.incident_regime import IncidentRegime


def prepare_report(incident: str, regime: IncidentRegime, stage: str, register: Register, *, given: datetime) -> Report:
    """Return the report as it would be recorded, made from the record alone. Pure.

    Args:
        incident: id.
        regime: to whose authorities.
        stage: initial, urgent, intermediate, final or amended, as far as the regime has it.
        register: every incident, as known at `given`.
        given: aware instant at which the report is handed over.

    Raises:
        NotFound: no such incident, or the regime knows no such stage.
        RuleoutError: fields are missing that the report may not go out without; or it is another incident's to report.

    Source: A-4, A-10.
    """
    state = register.state(incident)
    if state.is_unread:
        hint = f"State it anew: `ruleout incident amend {incident} --reason WHY`."
        raise RuleoutError(f"the last statement of {incident!r} is not here any more", hint=hint)
    if stage not in regime.fields:
        known = ", ".join(regime.fields)
        raise NotFound(
            f"{regime.name} has no {stage!r} report; it has: {known}", hint="Name one of these with --stage."
        )
    head = head_of(incident, register.states)
    if regime.merges is not None and head != incident:
        raise RuleoutError(f"{incident!r} was merged into {head!r}", hint=f"Report {head}: it covers both.")
    group = group_of(incident, register.states) if regime.merges is not None else (incident,)
    answers = group_answers([register.states[one] for one in group], regime)
    fields = collect(state, answers, regime.fields[stage])
    _require_fields(incident, fields)
    return Report(
        incident=incident,
        regime=regime.name,
        stage=stage,
        to=recipients_of(regime, stage),
        rests_on=next(act.id for act in reversed(state.acts) if act.incident is not None),
        given=given,
        fields=fields,
    )


def recipients_of(regime: IncidentRegime, stage: str) -> tuple[str, ...]:
    """Return the authorities to which a stage's reports go; an amended one goes where the initial one went. Pure."""
    asked = "initial" if stage == "amended" else stage
    return tuple(dict.fromkeys(to for rule in regime.reports if rule.stage == asked for to in rule.to))


def record_report(report: Report, record: Record, recorder: Recorder, signer: Signer) -> str:
    """Draft the act that a report was given; return its entry's id.

    Effect: keeps the report and drafts one entry; the caller commits.

    Raises:
        KeyUnavailable: the key is not in the keyring.
        RuleoutError: the report would be given after it is recorded.
    """
    holder_of(record, signer)
    if report.given > recorder.at:
        raise RuleoutError("expected a report that was given, got one from the future", hint="Mend --given.")
    subject = {"incident": report.incident, "act": REPORT, "regime": report.regime, "stage": report.stage}
    entry = next_id(recorder, f"incident/{report.incident}")
    data = report_bytes(report)
    return record_act(recorder, EntryType.INCIDENT, entry, subject, signer=signer, statement=data)


def _require_fields(incident: str, fields: tuple[ReportField, ...]) -> None:
    missing = [one for one in fields if one.is_missing]
    if missing:
        named = "; ".join(f"{one.name} ({one.asks}, {one.section})" for one in missing)
        hint = f"State each in incidents/{incident}.yaml, or write `unknown` there, and amend the incident."
        raise RuleoutError(f"the report lacks {count_of(len(missing), 'field')}: {named}", hint=hint)
