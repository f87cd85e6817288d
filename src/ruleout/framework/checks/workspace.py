# SPDX-License-Identifier: Apache-2.0
"""Lint rules about a workspace as a whole: what its files promise each other."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.framework.checks.finding import At, Check, Severity, Subject
from ruleout.framework.checks.subjects import WorkspaceView
from ruleout.model.formula import atoms_of, quorums_of
from ruleout.model.framework import Framework

#: Roles that keys hold for the record itself and that no framework names.
_RECORD_ROLES = frozenset({"recorder", "log", "witness", "gateway"})


def case_without_framework(view: WorkspaceView) -> Iterator[At]:
    """A case of which no framework at hand knows any statement (D-16)."""
    known = {name for framework in view.at_hand() for name in _askable(framework)}
    for one in view.cases:
        case = one.case
        stated = {d.threshold for d in case.determinations} | {s.subject for s in (*case.safeguards, *case.arguments)}
        stated |= {answer.question for answer in case.answers}
        if stated and not stated & known:
            yield At((), f"no framework at hand knows anything that {case.id} states", one.file)


def log_file_missing(view: WorkspaceView) -> Iterator[At]:
    """An evaluation log that a case names and that is not there (E-4)."""
    for one in view.cases:
        for name in one.missing_logs:
            yield At(("evidence",), f"the log {name} is not there", one.file)


def record_missing(view: WorkspaceView) -> Iterator[At]:
    """A workspace without its ledger: nothing can be recorded or verified (L-1)."""
    if not view.has_log:
        yield At((), "the workspace has no ledger", view.file)


def key_unused(view: WorkspaceView) -> Iterator[At]:
    """A key none of whose roles any framework at hand knows (D-11)."""
    known = {role for f in view.at_hand() for role, _ in f.roles} | _RECORD_ROLES
    for key in view.keys:
        if not known & set(key.roles):
            yield At(("keys",), f"no framework at hand knows a role of {key.key}: {', '.join(key.roles)}", view.keyring)


def role_held_twice(view: WorkspaceView) -> Iterator[At]:
    """One person with two keys in one role: the older one should have been withdrawn (D-11)."""
    first: dict[tuple[str, str], str] = {}
    for key in view.keys:
        for role in key.roles:
            if (key.person, role) in first:
                says = f"{key.person} holds {role} with {first[key.person, role]} and with {key.key}"
                yield At(("keys",), says, view.keyring)
            first.setdefault((key.person, role), key.key)


def too_few_people(view: WorkspaceView) -> Iterator[At]:
    """A rule that needs more people than the keyring has in those roles (D-11)."""
    if not view.keys:
        return
    for one in view.frameworks:
        for rule in one.framework.rules:
            for quorum in () if rule.require is None else quorums_of(rule.require):
                roles = {atom.name for atom, _ in atoms_of(quorum.who)}
                held = {key.person for key in view.keys if roles & set(key.roles)}
                if not held:
                    says = f"nobody in the keyring holds a role of {rule.clause.id}: {', '.join(sorted(roles))}"
                    yield At(("gates",), says, one.file)


def case_id_twice(view: WorkspaceView) -> Iterator[At]:
    """Two cases under one id: approvals and decisions of one would be taken for the other's."""
    first: dict[str, str] = {}
    for one in view.cases:
        if one.case.id in first:
            yield At(("case",), f"{one.case.id} is also the id of {first[one.case.id]}", one.file)
        first.setdefault(one.case.id, one.file)


def framework_misplaced(view: WorkspaceView) -> Iterator[At]:
    """A framework file whose place promises another framework or version than it holds."""
    for one in view.frameworks:
        if one.named != str(one.framework.id):
            yield At(("version",), f"the file stands as {one.named} and holds {one.framework.id}", one.file)


def framework_shadowed(view: WorkspaceView) -> Iterator[At]:
    """A framework of the workspace that differs from the shipped one of the same name and version."""
    for one in view.frameworks:
        if one.shipped_digest and one.shipped_digest != one.framework.digest:
            says = f"this {one.framework.id} is not the shipped one ({one.shipped_digest[:12]})"
            yield At((), says, one.file)


def _askable(f: Framework) -> set[str]:
    asked = {t.clause.id for t in f.thresholds} | {s.clause.id for s in f.safeguards}
    return asked | {a.clause.id for a in f.arguments} | {q.clause.id for q in f.questions}


_S, _W, _E = Subject.WORKSPACE, Severity.WARNING, Severity.ERROR

CHECKS = (
    Check(
        id="L090", subject=_S, severity=_W, look=case_without_framework,
        title="a case without a framework",
        hint="Add the framework, or correct the ids.",
    ),
    Check(
        id="L091", subject=_S, severity=_E, look=log_file_missing,
        title="an evaluation log that is not there",
        hint="Put the log back, or take the evidence out; until then it is missing.",
    ),
    Check(
        id="L092", subject=_S, severity=_E, look=record_missing,
        title="a workspace without its ledger",
        hint="Restore it from a copy; a new one is made with `ruleout init` elsewhere.",
    ),
    Check(
        id="L093", subject=_S, severity=_W, look=key_unused,
        title="a key that no framework has a use for",
        hint="Correct the key's roles, or add the framework that names them.",
    ),
    Check(
        id="L094", subject=_S, severity=_W, look=role_held_twice,
        title="one person with two keys in one role",
        hint="Withdraw the older key.",
    ),
    Check(
        id="L095", subject=_S, severity=_W, look=too_few_people,
        title="an approval that nobody's key can give",
        hint="Make a key for a person in that role: ruleout key new.",
    ),
    Check(
        id="L096", subject=_S, severity=_E, look=case_id_twice,
        title="two cases under one id",
        hint="Rename one of them.",
    ),
    Check(
        id="L097", subject=_S, severity=_E, look=framework_misplaced,
        title="a framework file in another's place",
        hint="Move it to NAME/VERSION.yaml.",
    ),
    Check(
        id="L098", subject=_S, severity=_W, look=framework_shadowed,
        title="a framework that differs from the shipped one",
        hint="Give it a version of its own, or use the shipped one.",
    ),
)  # fmt: skip
