# SPDX-License-Identifier: Apache-2.0
"""Bytes of request, answer and forum files -> what was asked, answered, and reported (A-5)."""

from __future__ import annotations

from ruleout.accountability.requests.document import (
    AnswerDoc,
    AttestedDoc,
    ForumDoc,
    ForumFileDoc,
    ReportDoc,
    RequestDoc,
)
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.framework.parts.evidence import build_source
from ruleout.model.case import Record
from ruleout.model.expiry import has_ended
from ruleout.model.request import Attested, Known, Proceeding, Report, Request, RequestAnswer, RequestEvent, Stage


def parse_request(data: bytes, *, file: str) -> Request:
    """Return the request of a file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order.

    Source: A-5.
    """
    document = read_yaml(data, file=file)
    doc, findings = validate(RequestDoc, document), Findings(document)
    _check_record(doc, findings)
    if doc.answer is not None:
        _check_answer(doc.answer, ("answer",), findings)
        if has_ended(doc.answer.on, doc.asked_on):
            hint = "Correct one of the two days."
            at: Path = ("answer", "on")
            findings.note("Q003", at, expected=f"a day from {doc.asked_on} on", got=str(doc.answer.on), hint=hint)
    for name, forum in doc.proceedings.items():
        _check_reports(forum, ("proceedings", name), findings)
    findings.raise_any()
    return _request(doc)


def parse_answer(data: bytes, *, file: str) -> RequestAnswer:
    """Return the answer of a file. Pure; arguments and errors as for `parse_request`."""
    document = read_yaml(data, file=file)
    doc, findings = validate(AnswerDoc, document), Findings(document)
    _check_answer(doc, (), findings)
    findings.raise_any()
    return _answer(doc)


def parse_forum(data: bytes, *, file: str) -> Proceeding:
    """Return a forum's reports from a file. Pure; arguments and errors as for `parse_request`."""
    document = read_yaml(data, file=file)
    doc, findings = validate(ForumFileDoc, document), Findings(document)
    _check_reports(doc, (), findings)
    findings.raise_any()
    return _proceeding(doc.forum, doc)


def _check_record(doc: RequestDoc, findings: Findings) -> None:
    if doc.record is Record.PUBLIC:
        _check_sources(doc, findings)
        return
    for name in ("answer", "proceedings", "events"):
        if getattr(doc, name):
            hint = f"Take `{name}:` out and hand it in by `ruleout request answer` or `forum`, or write record: public."
            expected = "what was asked only, in the developer's own record"
            findings.note("Q001", (name,), expected=expected, got=f"{name} beside it", hint=hint, key=True)


def _check_sources(doc: RequestDoc, findings: Findings) -> None:
    stated: list[tuple[Path, AttestedDoc]] = [((), doc)]
    if doc.answer is not None:
        stated.append((("answer",), doc.answer))
    stated += [(("events", index), event) for index, event in enumerate(doc.events)]
    for name, forum in doc.proceedings.items():
        stated += [(("proceedings", name, "reports", index), report) for index, report in enumerate(forum.reports)]
    for path, one in stated:
        if one.source is None or one.known is None:
            lacks = "source" if one.source is None else "known"
            hint = f"Add `{lacks}:`; what nobody found is known: unknown, with where it was looked for."
            findings.note("Q005", path, expected="source and known in a public record", got=f"no {lacks}", hint=hint)


def _check_answer(doc: AnswerDoc, path: Path, findings: Findings) -> None:
    grants = doc.answer.value in ("grant", "partial")
    if grants and doc.expires is None:
        hint = "Add `expires:`, the last day on which it counts."
        findings.note("Q002", path, expected="a last day for what is granted", got="none", hint=hint)
    if not grants and doc.expires is not None:
        hint = "Delete it: only what is granted ends."
        at: Path = (*path, "expires")
        findings.note("Q002", at, expected="a last day of a grant only", got=f"one of: {doc.answer.value}", hint=hint)
    if doc.on is not None and has_ended(doc.expires, doc.on):
        hint = "Correct one of the two days; expires is the last day that counts."
        at = (*path, "expires")
        findings.note("Q003", at, expected=f"a day from {doc.on} on", got=str(doc.expires), hint=hint)


def _check_reports(doc: ForumDoc, path: Path, findings: Findings) -> None:
    for index, report in enumerate(doc.reports):
        ruled = report.stage in (Stage.INTERIM, Stage.DECIDED)
        if ruled != (report.favours is not None):
            at: Path = (*path, "reports", index)
            expected = "favours beside a ruling" if ruled else "favours beside a ruling only"
            got = "none" if ruled else f"one of a proceeding that is {report.stage.value}"
            hint = "Say whom the ruling favours: developer, requester or neither." if ruled else "Delete it."
            findings.note("Q006", at, expected=expected, got=got, hint=hint)


def _request(doc: RequestDoc) -> Request:
    return Request(
        id=doc.request,
        title=doc.title,
        record=doc.record,
        asked_on=doc.asked_on,
        requester=doc.requester,
        requester_kind=doc.requester_kind,
        authority=doc.authority or "",
        instrument=doc.instrument,
        kind=doc.kind,
        models=doc.models,
        customer=doc.customer or doc.requester,
        customer_kind=doc.customer_kind or doc.requester_kind,
        clauses=doc.clauses,
        uses=doc.uses,
        asks=doc.asks,
        prepared_by=doc.prepared_by,
        attested=_attested(doc),
        note=doc.note or "",
        answer=None if doc.answer is None else _answer(doc.answer),
        proceedings=tuple(_proceeding(name, forum) for name, forum in doc.proceedings.items()),
        events=tuple(
            RequestEvent(on=one.on, kind=one.kind, says=one.says, attested=_attested(one)) for one in doc.events
        ),
    )


def _answer(doc: AnswerDoc) -> RequestAnswer:
    return RequestAnswer(
        kind=doc.answer,
        on=doc.on,
        ground=doc.ground,
        approvers=doc.approvers,
        conditions=tuple(doc.conditions.items()),
        expires=doc.expires,
        transition_offer=doc.transition_offer or "",
        public_statement=doc.public_statement or "",
        sanction=doc.sanction or "",
        attested=_attested(doc),
    )


def _proceeding(name: str, doc: ForumDoc) -> Proceeding:
    return Proceeding(
        forum=name,
        name=doc.name,
        about=doc.about,
        docket=doc.docket or "",
        reports=tuple(_report(report) for report in doc.reports),
    )


def _report(doc: ReportDoc) -> Report:
    return Report(as_of=doc.as_of, stage=doc.stage, favours=doc.favours, says=doc.says, attested=_attested(doc))


def _attested(doc: AttestedDoc) -> Attested:
    return Attested(source=build_source(doc.source), known=doc.known or Known.PRIMARY)
