# SPDX-License-Identifier: Apache-2.0
"""Open a request, answer it, tell what a forum did: signed acts of the register of requests (A-5).

A request that crosses a red line is answered by rule in the same step. What the policy does not allow is not recorded:
the register would ignore it, and a grant that counts for nothing would only mislead.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.accountability.requests.fold import PolicyStated, Register, RequestAct
from ruleout.accountability.requests.parse import parse_answer, parse_forum, parse_request
from ruleout.accountability.requests.policy_parse import parse_policy
from ruleout.accountability.requests.rules import Signed, crossed_lines, lines_of
from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.acts import REASON, STATEMENT, TEXT, next_id, record_act
from ruleout.app.accountability.request_register import FRAMEWORK, POLICY, register_in
from ruleout.app.ledger import YAML, Record, Recorder, Subject
from ruleout.app.sources import MOST_DOCUMENT_BYTES, FrameworkFile, find_framework
from ruleout.app.workspace import Workspace
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError
from ruleout.ledger import EntryType, Signer, verifier_key
from ruleout.model.case import Record as RecordKind
from ruleout.model.request import Request, RequestAnswer
from ruleout.model.request_policy import PolicyLine, RequestPolicy

#: The policy's file beside `ruleout.toml`.
POLICY_FILE = "requests-policy.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFile:
    """A policy as read: its bytes, what it says, and the frameworks whose red lines it takes over."""

    data: bytes
    policy: RequestPolicy
    frameworks: tuple[FrameworkFile, ...]

    @property
    def lines(self) -> tuple[PolicyLine, ...]:
        """Every red line, the frameworks' own among them."""
        own = (line for file in self.frameworks for line in lines_of(file.framework))
        return (*self.policy.lines, *own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A request that was recorded: its entry, and the red lines that refused it by rule; none for a pending one."""

    request: Request
    entry: str
    crossed: tuple[PolicyLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRecorded:
    """An answer that was recorded: its entry, and the roles that must still sign before it counts."""

    request: str
    entry: str
    answer: RequestAnswer
    missing: tuple[str, ...]


def read_policy(workspace: Workspace) -> PolicyFile | None:
    """Return the workspace's policy, None if it has none. Effect: reads it, and the frameworks it names.

    Raises:
        BadInput: it has problems.
        NotFound: a framework it names is not known.
    """
    path = workspace.root / POLICY_FILE
    if not path.is_file():
        return None
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="policy for requests")
    policy = parse_policy(data, file=str(path))
    return PolicyFile(
        data=data, policy=policy, frameworks=tuple(find_framework(name, workspace) for name in policy.frameworks)
    )


def open_request(
    data: bytes, record: Record, recorder: Recorder, signer: Signer, *, policy: PolicyFile | None, file: str = "request"
) -> Opened:
    """Draft the entries that open a request; one that crosses a red line is refused by rule at once.

    Effect: keeps the statement and drafts up to three entries; the caller commits.

    Args:
        data: the request's file.
        policy: the policy as it stands; recorded too where the record does not have it yet.
        file: name used in problems.

    Raises:
        BadInput: the file has problems.
        RuleoutError: the id is taken, or the request is one of a public record.
        KeyUnavailable: the key is not in the keyring.
    """
    request = parse_request(data, file=file)
    _person_of(record, signer)
    if request.record is not RecordKind.OWN:
        hint = "Look at it with `ruleout request status --from FILE`."
        raise RuleoutError(f"expected a request to this developer, got a public record of {request.id}", hint=hint)
    if recorder.has(f"request/{request.id}/1") or request.id == POLICY:
        raise RuleoutError(f"expected a new id, got {request.id!r}, which is taken", hint="Give it another id.")
    register = _under(policy, record, recorder, signer)
    subject: Subject = {
        "request": request.id,
        "act": "open",
        "kind": request.kind.value,
        "clause": request.clauses,
        "models": request.models,
        "instrument": request.instrument.value,
        "requester_kind": request.requester_kind.value,
    }
    entry = record_act(recorder, EntryType.REQUEST, f"request/{request.id}/1", subject, signer=signer, statement=data)
    crossed = crossed_lines(request, register.lines)
    if crossed:
        _refuse_by_rule(request.id, crossed, recorder, signer)
    return Opened(request=request, entry=entry, crossed=crossed)


def answer_request(
    name: str,
    data: bytes,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    policy: PolicyFile | None,
    file: str = "answer",
) -> AnswerRecorded:
    """Draft the entry of a signed answer. One that gives way counts once every role that must has signed the same file.

    Effect: keeps the statement and drafts an entry; the caller commits.

    Raises:
        BadInput: the file has problems.
        NotFound: no such request is open.
        RuleoutError: the policy does not let it be granted, or not on these terms.
        KeyUnavailable: the key is not in the keyring, holds no role that is missing, or is of whoever asked.
    """
    answer, person = parse_answer(data, file=file), _person_of(record, signer)
    register = _under(policy, record, recorder, signer)
    if name not in register.states:
        known = ", ".join(register.states) or "none"
        raise NotFound(f"no request {name!r} is open; there are: {known}", hint="Open it first, or name one of these.")
    if faults := register.why_not(name, answer, at=recorder.at):
        hint = "Refuse it, or mend the answer; what the policy forbids is not a matter of signatures."
        raise RuleoutError(f"{name} cannot be answered by {answer.kind.value}: {'; '.join(faults)}", hint=hint)
    missing = _missing(register, name, answer, person) if answer.kind.yields else ()
    subject = {"request": name, "act": "sign" if missing else "answer", "answer": answer.kind.value}
    if answer.expires is not None:
        subject["expires"] = answer.expires.isoformat()
    entry = next_id(recorder, f"request/{name}")
    record_act(recorder, EntryType.REQUEST, entry, subject, signer=signer, statement=data)
    return AnswerRecorded(request=name, entry=entry, answer=answer, missing=missing)


def tell_forum(
    name: str, data: bytes, record: Record, recorder: Recorder, signer: Signer, *, file: str = "forum"
) -> str:
    """Draft the entry of what a court or authority did about a request; return its id.

    Effect: keeps the statement and drafts an entry; the caller commits.

    Raises:
        BadInput: the file has problems.
        NotFound: no such request is open.
        KeyUnavailable: the key is not in the keyring.
    """
    told = parse_forum(data, file=file)
    _person_of(record, signer)
    if not recorder.has(f"request/{name}/1"):
        raise NotFound(f"no request {name!r} is open", hint="Open it first with `ruleout request open FILE`.")
    as_of = max(report.as_of for report in told.reports).isoformat()
    subject = {"request": name, "act": "forum", "forum": told.forum, "as_of": as_of}
    entry = next_id(recorder, f"request/{name}")
    return record_act(recorder, EntryType.REQUEST, entry, subject, signer=signer, statement=data)


def _missing(register: Register, name: str, answer: RequestAnswer, person: Signed) -> tuple[str, ...]:
    """The roles still missing after this signature. Raises KeyUnavailable if the signature brings none nearer."""
    before = register.states[name].unfinished.get(answer, ())
    lacking, _ = register.missing(name, answer, before)
    missing, vain = register.missing(name, answer, (*before, person))
    if person.person in vain:
        message = f"{person.person} asked, prepared or opened {name} and may not approve it"
        raise KeyUnavailable(message, hint="Ask another person.")
    if lacking and len(missing) == len(lacking):
        held = ", ".join(sorted(person.roles))
        hint = f"Use a key that holds one of: {', '.join(lacking)}; each role needs a person of its own."
        raise KeyUnavailable(f"this key holds {held}, and {name} lacks {', '.join(lacking)}", hint=hint)
    return missing


def _person_of(record: Record, signer: Signer) -> Signed:
    holder = record.keyring.get(verifier_key(signer.name, signer.public_key).key_id)
    if holder is None:
        hint = f"Add it with `ruleout key new {signer.name} --role ROLE --person PERSON`."
        raise KeyUnavailable(f"key {signer.name!r} is not in this workspace's keyring", hint=hint)
    return Signed(person=holder.person, roles=frozenset(holder.roles))


def _under(policy: PolicyFile | None, record: Record, recorder: Recorder, signer: Signer) -> Register:
    """The register under the policy as it stands, whose entry is drafted where the record does not have it yet."""
    register = register_in(record)
    if policy is None:
        return register
    stated = PolicyStated(policy=policy.policy, lines=policy.lines)
    if register.policy == policy.policy and set(policy.lines) <= set(register.lines):
        return register
    entry = next_id(recorder, f"request/{POLICY}")
    refs = [recorder.keep(STATEMENT, policy.data, YAML)]
    refs += [recorder.keep(f"{FRAMEWORK}{n}", file.data, YAML) for n, file in enumerate(policy.frameworks)]
    refs.append(recorder.keep(REASON, b"the policy for requests as it stands", TEXT))
    subject = {"request": POLICY, "act": POLICY}
    recorder.add(EntryType.REQUEST, entry, subject, refs=refs, signer=signer)
    before = {name for name, state in register.states.items() if state.crossed}
    register.tell(RequestAct(id=entry, ts=recorder.at, request=POLICY, states=stated, signed=()))
    for name, state in register.states.items():
        if state.crossed and name not in before:
            _refuse_by_rule(name, state.crossed, recorder, signer)
    return register


def _refuse_by_rule(name: str, crossed: tuple[PolicyLine, ...], recorder: Recorder, signer: Signer) -> None:
    """Draft the entry that says so: the register follows without it, and public counts are made from headers."""
    names = tuple(line.id for line in crossed)
    refused: Subject = {"request": name, "act": "refuse-by-rule", "answer": "refuse", "clause": names}
    entry = next_id(recorder, f"request/{name}")
    record_act(recorder, EntryType.REQUEST, entry, refused, signer=signer, reason=f"red line: {', '.join(names)}")
