# SPDX-License-Identifier: Apache-2.0
"""`ruleout review`: reviewers from outside, the sealed package they get, what they return, and its publication."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.accountability.reviews.answers import answers_bytes, answers_from_words, answers_value
from ruleout.accountability.reviews.clocks import clocks_of
from ruleout.accountability.reviews.fold import ReviewState
from ruleout.adapters.files import MIB, read_bounded, write_new
from ruleout.app.ledger import Record, read_record
from ruleout.app.reviews.acts import (
    amend_review,
    approve_reviewer,
    assign_sections,
    note_receipt,
    open_review,
    reviewer_of,
)
from ruleout.app.reviews.filing import file_answers
from ruleout.app.reviews.package import check_answers, obstacles, read_package, write_package
from ruleout.app.reviews.publish import check_leaks, publish_review
from ruleout.app.reviews.register import reviews_of
from ruleout.app.reviews.report import shown_report
from ruleout.app.reviews.rules import calendar_of, review_rules, rules_file
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.cli.unread import say_unread
from ruleout.errors import NotFound
from ruleout.ledger import EntryType
from ruleout.model.review import ReviewRules
from ruleout.reports.reviews.status_text import (
    answers_page,
    filed_value,
    leaks_page,
    leaks_value,
    obstacles_page,
    package_value,
    review_page,
    review_value,
    reviews_page,
)

_ABOUT = """External review of a report: from the choice of reviewers to what is published of it.

Example: ruleout review status spring-report
"""
FOLDER = "reviews"
_MOST_ANSWERS_BYTES = 9 * MIB

FileArgument = Annotated[str, typer.Argument(help="The review's id, for reviews/ID.yaml, or a path to its file.")]
ReviewArgument = Annotated[str, typer.Argument(help="The review's id.")]
ReviewerOption = Annotated[str, typer.Option("--reviewer", help="The reviewer's id.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for those who read the record; name no person.")]
SeenOption = Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    for name, command in (
        ("open", open_),
        ("amend", amend),
        ("assign", assign),
        ("approve", approve),
        ("package", package),
        ("received", received),
        ("answer", answer),
        ("file", file),
        ("publish", publish),
        ("status", status),
        ("list", list_all),
    ):
        verbs.command(name)(command)
    app.add_typer(verbs, name="review")


def open_(review: FileArgument, key: KeyOption = None, workspace: WorkspaceOption = None) -> None:
    """Record a review as its file states it: of which report, by whom, with each reviewer's declaration.

    Independence is computed from the declaration; what it leaves out is unknown.

    Example: ruleout review open spring-report --key rso-bea
    """
    place = workspace_needed(workspace)
    path, data = _file(review, place)

    def files(framework: str) -> tuple[Path, bytes]:
        return rules_file(framework, place)

    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = open_review(data, record, recorder, signer, rules_file=files, file=str(path))
    say(f"recorded as {entry} of {place.origin}")


def amend(review: FileArgument, reason: ReasonOption, key: KeyOption = None, workspace: WorkspaceOption = None) -> None:
    """Record the review's file anew, with the reason. An approval of a declaration that changed no longer counts.

    Example: ruleout review amend spring-report --reason "a tie was declared" --key rso-bea
    """
    place = workspace_needed(workspace)
    path, data = _file(review, place)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = amend_review(data, reason, record, recorder, signer, file=str(path))
    say(f"recorded as {entry} of {place.origin}")


def assign(
    review: ReviewArgument,
    reviewer: ReviewerOption,
    section: Annotated[list[str] | None, typer.Option(help="A section's id; repeat for more. Default: all.")] = None,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Assign sections of the report to a reviewer, in place of those assigned before.

    Example: ruleout review assign spring-report --reviewer evals-institute --section threat-models --key rso-bea
    """
    place = workspace_needed(workspace)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        state = _state(record, review)
        entry, uncovered = assign_sections(state, reviewer, section or (), record, recorder, signer)
    say(f"recorded as {entry} of {place.origin}")
    if uncovered:
        say(f"  nobody reviews yet: {', '.join(uncovered)}")


def approve(
    review: ReviewArgument,
    reviewer: ReviewerOption,
    role: Annotated[str, typer.Option("--role", help="In which role; the framework's rules name it.")],
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse the reviewer.")] = False,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Approve or refuse a reviewer, over the declaration as it is now.

    Example: ruleout review approve spring-report --reviewer evals-institute --role ltbt --key secretary-cal
    """
    place = workspace_needed(workspace)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        state = _state(record, review)
        entry = approve_reviewer(state, reviewer, role, record, recorder, signer, refuses=refuse)
    say(f"recorded as {entry} of {place.origin}")


def package(
    review: ReviewArgument,
    file: Annotated[Path, typer.Argument(help="The file to write, such as package.html; never replaces one.")],
    reviewer: ReviewerOption,
    whole_record: Annotated[
        bool, typer.Option("--whole-record", help="Bundle every entry, not only what the report rests on.")
    ] = False,
    key: KeyOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Write one HTML file that a reviewer opens offline: report, record, verifier, and the questions.

    Exit codes: 0 written, 1 the reviewer is not independent or something is kept from reviewers that may not be, 3
    something is missing: approval, an answer of the declaration, or a reviewer for some section.

    Example: ruleout review package spring-report package.html --reviewer evals-institute --key rso-bea
    """
    place = workspace_needed(workspace)
    record = read_record(place)
    state = _state(record, review)
    found = obstacles(state, reviewer, shown_report(record, state.review.report))
    if found:
        return _stopped(reviewer, [one.says for one in found], settled=any(one.is_settled for one in found), json=json)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        one = reviewer_of(_state(record, review), reviewer)
        made, size = write_package(state, one, file, record, recorder, signer, whole_record=whole_record)
    if json:
        show_json(package_value(made, str(file), size))
    say(f"{file}: {size} bytes, package {made.digest}")
    say("  next: hand the file over, tell its digest another way, then `ruleout review received`")
    return ExitCode.OK


def received(
    review: ReviewArgument,
    reviewer: ReviewerOption,
    at: Annotated[str, typer.Option("--at", help="When the reviewer got it, with an offset or Z.")],
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record when a reviewer got the package: it settles one clock and starts the other.

    Example: ruleout review received spring-report --reviewer evals-institute --at 2027-02-12T15:00:00Z --key rso-bea
    """
    place, when = workspace_needed(workspace), instant(at)  # before the act's own instant: now is not after it
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = note_receipt(_state(record, review), reviewer, when, record, recorder, signer)
    say(f"recorded as {entry} of {place.origin}")


def answer(
    package: Annotated[Path, typer.Argument(help="The package file.")],
    answers: Annotated[Path, typer.Argument(help="The returned .json file, or a .yaml file of words.")],
    write: Annotated[Path | None, typer.Option("--write", help="Write the answers of a .yaml file as JSON.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Check a reviewer's answers against the package, and show them. Needs no workspace.

    A reviewer without a browser writes a .yaml file and turns it into the file to return with --write.

    Example: ruleout review answer package.html answers.json
    """
    manifest, _ = read_package(package)
    data = read_bounded(answers, limit_bytes=_MOST_ANSWERS_BYTES, what="answers file")
    if answers.suffix == ".json":
        given = check_answers(data, manifest)
    else:
        given = answers_from_words(data, manifest, file=str(answers))
    if json:
        show_json(answers_value(given))
    else:
        show_page(answers_page(given, _known_rules(manifest.framework, workspace), width=page_width()))
    if write is not None:
        write_new(write, answers_bytes(given))
        say(f"{write}: answers to package {manifest.digest}")


def file(
    review: ReviewArgument,
    answers: Annotated[Path, typer.Argument(help="The file that the reviewer returned.")],
    update: Annotated[str, typer.Option("--update", help="Why there is another version; the first stays.")] = "",
    key: KeyOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Record what a reviewer returned. It must answer a package of this review, all of it, and not be there already.

    Example: ruleout review file spring-report answers.json --key rso-bea
    """
    place = workspace_needed(workspace)
    data = read_bounded(answers, limit_bytes=_MOST_ANSWERS_BYTES, what="answers file")
    with acting(place, key, instant(None)) as (record, recorder, signer):
        state = _state(record, review)
        entry, given, version = file_answers(data, state, record, recorder, signer, update=update)
    if json:
        show_json(filed_value(entry, version, given))
    say(f"recorded as {entry} of {place.origin}: version {version} of {given.reviewer}")


def publish(
    review: ReviewArgument,
    folder: Annotated[Path, typer.Argument(help="Folder for the .json, .md and .html file.")],
    check: Annotated[bool, typer.Option("--check", help="Only look for what is withheld; write nothing.")] = False,
    key: KeyOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Write the review for the public, every version of it, unless an answer says what the public is not shown.

    Exit codes: 0 published, or nothing found; 1 blocked: which answer and which hole, never the words; 3 held: withheld
    values that are not at hand cannot be looked for.

    Example: ruleout review publish spring-report public/ --key rso-bea
    """
    place = workspace_needed(workspace)
    record = read_record(place)
    checked = check_leaks(_state(record, review), record)
    if json:
        show_json(leaks_value(checked.check, checked.blocking, checked.missing))
    else:
        show_page(leaks_page(checked.check, checked.blocking, checked.missing, width=page_width()))
    if checked.blocking:
        say("  next: Ask the reviewer for a version without it (`review file --update`), or disclose what is withheld.")
        return ExitCode.STOP
    if checked.missing:
        say("  next: bring ledger/disclosures and ledger/objects back as they were.")
        return ExitCode.HOLD
    if not check:
        with acting(place, key, instant(None)) as (record, recorder, signer):
            entry, files = publish_review(_state(record, review), folder, record, recorder, signer)
        say(f"recorded as {entry} of {place.origin}")
        for path in files:
            say(f"  {path}")
    return ExitCode.OK


def status(
    review: ReviewArgument, at: SeenOption = None, json: JsonOption = False, workspace: WorkspaceOption = None
) -> int:
    """Show one review: independence, approval, sections, both clocks, packages, versions, acts.

    Exit codes: 0 no clock is missed, 1 one is, 2 bad input, 3 a section of the report has no reviewer.

    Example: ruleout review status spring-report
    """
    place, when = workspace_needed(workspace), instant(at)
    record = read_record(place)
    say_unread(record, EntryType.REVIEW)
    state = reviews_of(record, seen_at=when).state(review)
    uncovered = state.uncovered(shown_report(record, state.review.report).section_ids)
    clocks = clocks_of(state, calendar_of(state.rules), at=when)
    if json:
        show_json(review_value(state, uncovered, clocks))
    else:
        show_page(review_page(state, uncovered, clocks, width=page_width()))
    if any(clock.state.is_failure for clock in clocks):
        return ExitCode.STOP
    return ExitCode.HOLD if uncovered else ExitCode.OK


def list_all(at: SeenOption = None, json: JsonOption = False, workspace: WorkspaceOption = None) -> int:
    """List the reviews of the record, with those whose clocks were missed.

    Exit codes: 0 no clock is missed, 1 one is, 2 bad input.

    Example: ruleout review list
    """
    place, when = workspace_needed(workspace), instant(at)
    record = read_record(place)
    say_unread(record, EntryType.REVIEW)
    states = [state for _, state in sorted(reviews_of(record, seen_at=when).states.items())]
    clocks = {one.review.id: clocks_of(one, calendar_of(one.rules), at=when) for one in states}
    late = {name: any(clock.state.is_failure for clock in found) for name, found in clocks.items()}
    if json:
        reports = {one.review.id: shown_report(record, one.review.report).section_ids for one in states}
        values = [review_value(s, s.uncovered(reports[s.review.id]), clocks[s.review.id]) for s in states]
        show_json({"reviews": values})
    else:
        show_page(reviews_page(states, late, width=page_width()))
    return ExitCode.STOP if any(late.values()) else ExitCode.OK


def _stopped(reviewer: str, says: list[str], *, settled: bool, json: bool) -> int:
    if json:
        show_json({"package": None, "reviewer": reviewer, "in_the_way": says})
    else:
        show_page(obstacles_page(reviewer, says, width=page_width()))
    waits = "`ruleout review assign`, `approve` and `amend` take these away; `status` shows how each stands"
    ends = "ask another reviewer, or end what the rules do not let you withhold; an approval takes neither away"
    say(f"  next: {ends if settled else waits}")
    return ExitCode.STOP if settled else ExitCode.HOLD


def _state(record: Record, review: str) -> ReviewState:
    return reviews_of(record).state(review)


def _known_rules(framework: str, workspace: Path | None) -> ReviewRules | None:
    """The rules whose questions are shown beside answers; a reviewer's machine may lack a developer's own."""
    try:
        return review_rules(framework, None if workspace is None else workspace_needed(workspace))
    except NotFound:
        return None


def _file(review: str, place: Workspace) -> tuple[Path, bytes]:
    path = Path(review) if review.endswith(".yaml") else place.root / FOLDER / f"{review}.yaml"
    return path, read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="review file")
