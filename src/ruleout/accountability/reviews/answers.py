# SPDX-License-Identifier: Apache-2.0
"""What a reviewer returns: one canonical JSON file that names the package it answers (A-9).

Every section and every question has its answer, chosen and not presumed: "cannot say" is one of them. A section has
two: whether the conclusion is agreed with, and whether the evidence given is adequate. Words may be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from ruleout.accountability.reviews.document import MOST_WORDS, ReviewWordsDoc
from ruleout.accountability.reviews.manifest import Manifest
from ruleout.documents.characters import first_forbidden
from ruleout.documents.fields import parse_date
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import VerificationFailed
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.model.review import Adequacy, Agreement, Answers, QuestionAnswer, Reply, SectionAnswer

FORMAT = "ruleout-review-answers/1"
MAX_BYTES = 8 * 1024 * 1024
_NAMED = ("package", "review", "reviewer", "report", "report_digest", "root")
_TEXTS = (*_NAMED, "by", "dated", "remarks")
_FIELDS = frozenset({"format", "sections", "questions", *_TEXTS})
_MOST_NAME = 500

AnyEnum = TypeVar("AnyEnum", bound=Enum)


def answers_value(answers: Answers) -> dict[str, Any]:
    """Return answers as plain JSON. Pure."""
    return {
        "format": FORMAT,
        **{name: getattr(answers, name) for name in (*_NAMED, "by", "remarks")},
        "dated": answers.dated.isoformat(),
        "sections": [
            {"section": s.section, "agreement": s.agreement.value, "adequacy": s.adequacy.value, "says": s.says}
            for s in answers.sections
        ],
        "questions": [{"question": q.question, "reply": q.reply.value, "says": q.says} for q in answers.questions],
    }


def answers_bytes(answers: Answers) -> bytes:
    """Return the answers file's canonical bytes. Pure."""
    return canonical(answers_value(answers))


def parse_answers(data: bytes) -> Answers:
    """Return the answers of a returned file. Pure; at most 8 MiB; one line end after the JSON is forgiven.

    Raises:
        VerificationFailed: check "answers" or "canonical"; it is no such file, or something in it is not of its form.

    Source: A-9.
    """
    raw = parse_canonical(data[:-1] if data.endswith(b"\n") else data, max_bytes=MAX_BYTES, max_depth=4)
    _require(type(raw) is dict and raw.keys() == _FIELDS and raw["format"] == FORMAT, f"an object of {FORMAT}")
    for name in _TEXTS:
        _require_text(raw[name], name, MOST_WORDS if name == "remarks" else _MOST_NAME)
    _require(bool(raw["by"].strip()), "the name of who answered under by")
    sections = [_row(item, {"section", "agreement", "adequacy", "says"}) for item in _items(raw["sections"])]
    questions = [_row(item, {"question", "reply", "says"}) for item in _items(raw["questions"])]
    return Answers(
        **{name: raw[name] for name in (*_NAMED, "by", "remarks")},
        dated=_day(raw["dated"]),
        sections=tuple(_section(item) for item in sections),
        questions=tuple(
            QuestionAnswer(question=q["question"], reply=_word(Reply, q["reply"]), says=q["says"]) for q in questions
        ),
    )


def answers_from_words(data: bytes, manifest: Manifest, *, file: str) -> Answers:
    """Return the answers of a reviewer who writes them by hand, for the package of a manifest. Pure.

    Raises:
        BadInput: the file has problems: of shape, a name that the package does not have, or an answer that is missing.

    Source: A-9.
    """
    document = read_yaml(data, file=file)
    doc = validate(ReviewWordsDoc, document)
    findings = Findings(document)
    if doc.review_answers != manifest.review:
        known = (manifest.review,)
        findings.note_unknown(
            ("review-answers",), expected="the package's review", name=doc.review_answers, known=known, id_="V001"
        )
    _check_whole(findings, "sections", doc.sections, manifest.sections)
    _check_whole(findings, "questions", doc.questions, manifest.questions)
    findings.raise_any()
    return Answers(
        **named_in(manifest),
        by=doc.by,
        dated=doc.dated,
        sections=tuple(
            SectionAnswer(section=name, agreement=one.agreement, adequacy=one.adequacy, says=one.says)
            for name, one in ((name, doc.sections[name]) for name in manifest.sections)
        ),
        questions=tuple(
            QuestionAnswer(question=name, reply=doc.questions[name].reply, says=doc.questions[name].says)
            for name in manifest.questions
        ),
        remarks=doc.remarks,
    )


def parse_words(data: bytes, *, file: str) -> ReviewWordsDoc:
    """Return a file of words by its shape alone: what it answers is the package's to say. Pure. Raises BadInput."""
    return validate(ReviewWordsDoc, read_yaml(data, file=file))


def named_in(manifest: Manifest) -> dict[str, str]:
    """Return what answers to a package name: its digest, and whose review of what it is. Pure."""
    return {
        "package": manifest.digest,
        "review": manifest.review,
        "reviewer": manifest.reviewer,
        "report": manifest.report,
        "report_digest": manifest.report_digest,
        "root": manifest.root,
    }


def require_for(answers: Answers, manifest: Manifest) -> None:
    """Require that answers are for a package, and answer all of it and nothing else. Pure.

    Raises:
        VerificationFailed: check "answers"; they name something else, or leave out or add a section or a question.

    Source: A-9.
    """
    for name, value in named_in(manifest).items():
        got = getattr(answers, name)
        _require(got == value, f"the {name.replace('_', ' ')} {value[:40]} of the package, got {got[:40]!r}")
    sections = tuple(one.section for one in answers.sections)
    questions = tuple(one.question for one in answers.questions)
    for what, got, asked in (
        ("sections", sections, manifest.sections),
        ("questions", questions, manifest.questions),
    ):
        missing = ", ".join(name for name in asked if name not in got)
        _require(got == asked, f"an answer to each of the package's {what} in order; missing: {missing or 'none'}")


def free_texts(answers: Answers) -> Iterable[tuple[str, str]]:
    """Yield every text that a reviewer wrote, with its place in the answers. Pure."""
    yield "by", answers.by
    for section in answers.sections:
        yield f"sections.{section.section}", section.says
    for question in answers.questions:
        yield f"questions.{question.question}", question.says
    yield "remarks", answers.remarks


def _check_whole(findings: Findings, where: str, given: Mapping[str, object], asked: tuple[str, ...]) -> None:
    for name in given:
        if name not in asked:
            expected = f"one of the package's {where}"
            findings.note_unknown((where, name), expected=expected, name=name, known=asked, id_="V001")
    for name in asked:
        if name not in given:
            hint = "Answer it; cannot-say is an answer."
            findings.note("V003", (where,), expected=f"an answer to {name}", got="none", hint=hint)


def _section(item: Mapping[str, str]) -> SectionAnswer:
    agreement, adequacy = _word(Agreement, item["agreement"]), _word(Adequacy, item["adequacy"])
    return SectionAnswer(section=item["section"], agreement=agreement, adequacy=adequacy, says=item["says"])


def _items(value: Any) -> list[Any]:
    _require(type(value) is list and len(value) <= 1000, "lists of at most 1000 answers")
    return list(value)


def _row(item: Any, fields: set[str]) -> Mapping[str, str]:
    _require(type(item) is dict and item.keys() == fields, f"answers of {', '.join(sorted(fields))}")
    for name in fields:
        _require_text(item[name], name, MOST_WORDS if name == "says" else _MOST_NAME)
    return dict(item)


def _require_text(value: Any, name: str, most: int) -> None:
    _require(type(value) is str and len(value) <= most, f"{name} as a text of at most {most} characters")
    hidden = first_forbidden(value)
    _require(hidden is None, f"{name} without invisible characters")


def _word(kind: type[AnyEnum], value: str) -> AnyEnum:
    try:
        return kind(value)
    except ValueError:
        raise _refusal(f"one of {', '.join(str(one.value) for one in kind)}, got {value[:40]!r}") from None


def _day(value: str) -> date:
    try:
        return parse_date(value)
    except ValueError:
        raise _refusal(f"a date under dated, got {value[:40]!r}") from None


def _require(holds: bool, expected: str) -> None:  # noqa: FBT001 - the condition itself, not a flag
    if not holds:
        raise _refusal(expected)


def _refusal(expected: str) -> VerificationFailed:
    hint = "Save the answers from the package's page again, as one file, and do not edit it."
    return VerificationFailed("answers", f"expected {expected}", hint=hint)
