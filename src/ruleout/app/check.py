# SPDX-License-Identifier: Apache-2.0
"""Check the files people write, told apart by their first field: problems, then lint findings.

A file with a problem is refused whole and not linted. Errors of the lint fail a file, warnings do not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ruleout.accountability.concerns.parse import parse_concern, parse_concern_rules
from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.accountability.incidents.parse import parse_incident
from ruleout.accountability.incidents.regime_parse import parse_regime
from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.incident_regimes import calendar_of, facts_asked, regimes_at_hand
from ruleout.app.evaluate import EVALUATIONS, LINES_SUFFIX
from ruleout.app.keyring import read_keyring
from ruleout.app.shipped import shipped_folder
from ruleout.app.sources import MOST_DOCUMENT_BYTES, framework_folders
from ruleout.app.workspace import CONFIG, Workspace, find_workspace
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import BadInput, NotFound, Problem, RuleoutError
from ruleout.framework import parse_case, parse_framework
from ruleout.framework.checks import (
    CaseFileView,
    CaseText,
    Finding,
    FrameworkFileView,
    FrameworkText,
    KeyView,
    Severity,
    WorkspaceView,
    lint,
)
from ruleout.framework.runs import parse_evaluations
from ruleout.model.case import Case
from ruleout.model.framework import Framework


def _parse_incident(data: bytes, *, file: str) -> object:
    """An incident's facts are held against what the regimes at hand ask: a slip would leave a question unknown."""
    place = find_workspace(Path(file).resolve().parent)
    return parse_incident(data, file=file, facts=facts_asked(regimes_at_hand(place)))


def _parse_regime(data: bytes, *, file: str) -> object:
    """A regime's days are counted somewhere: a zone that does not exist is found before a deadline is."""
    return calendar_of(parse_regime(data, file=file))


#: What a file is, by its first field; a framework where it begins with none of these.
_KINDS = {
    b"case": "case",
    b"concern": "concern",
    b"concerns-of": "concern-rules",
    b"deviation": "deviation",
    b"evaluations": "evaluations",
    b"incident": "incident",
    b"incidents-of": "incident-regime",
}
#: Patterns of registers' files in a workspace.
_REGISTER_FILES = (
    "deviations/*.yaml",
    "frameworks/*/concerns/*.yaml",
    "incidents/*.yaml",
    "jurisdictions/*/concerns.yaml",
    "jurisdictions/*/incidents.yaml",
)
#: What reads a register's file of a kind; it raises BadInput with the file's problems.
_REGISTERS: Mapping[str, Callable[..., object]] = {
    "concern": parse_concern,
    "concern-rules": parse_concern_rules,
    "deviation": parse_deviation,
    "incident": _parse_incident,
    "incident-regime": _parse_regime,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One file, or a workspace as a whole: what it is, its problems, and what the lint finds in it."""

    file: str
    kind: str
    problems: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_sound(self) -> bool:
        """No problem, and no finding that is an error."""
        return not self.problems and all(f.severity is not Severity.ERROR for f in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One file: its bytes, and what it holds if it is sound."""

    path: Path
    data: bytes
    kind: str
    problems: tuple[Problem, ...] = ()
    framework: Framework | None = None
    case: Case | None = None


def check_files(files: Iterable[Path] | None, workspace: Workspace | None) -> tuple[Checked, ...]:
    """Check the given files, or all of a workspace's and then the workspace as a whole. Effect: reads them.

    Raises:
        NotFound: no files were given and there is no workspace.
    """
    given = tuple(files or ())
    if not given and workspace is None:
        raise NotFound("nothing to check", hint="Name files, or stand in a workspace.")
    read = [_read(path) for path in given or _files_of(workspace)]
    at_hand = _frameworks_at_hand(workspace) if any(one.framework or one.case for one in read) else ()
    checked = tuple(_checked(one, at_hand) for one in read)
    if given or workspace is None:
        return checked
    findings = lint(_view(workspace, read))
    return (*checked, Checked(file=str(workspace.root / CONFIG), kind="workspace", findings=findings))


def _files_of(workspace: Workspace | None) -> list[Path]:
    if workspace is None:
        return []
    # Mappings between versions stand below a framework's folder and are checked by what reads them.
    # Lines that `evaluate --write` puts beside a log are a part of a case, to be pasted; they are no case.
    cases = (path for path in workspace.cases.glob("**/*.yaml") if not path.name.endswith(LINES_SUFFIX))
    # Tasks may also stand beside `ruleout.toml`, for all cases.
    own = (path for path in (workspace.root / EVALUATIONS,) if path.is_file())
    registers = (path for pattern in _REGISTER_FILES for path in workspace.root.glob(pattern))
    return sorted([*workspace.frameworks.glob("*/*.yaml"), *cases, *own, *registers])


def _read(path: Path) -> _Read:
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="file")
    kind = _KINDS.get(_first_field(data), "framework")
    try:
        return _parsed(path, data, kind)
    except BadInput as error:
        return _Read(path=path, data=data, kind=kind, problems=error.problems)


def _parsed(path: Path, data: bytes, kind: str) -> _Read:
    match kind:
        case "case":
            return _Read(path=path, data=data, kind=kind, case=parse_case(data, file=str(path)))
        case "evaluations":
            parse_evaluations(data, file=str(path))
            return _Read(path=path, data=data, kind=kind)
    if kind in _REGISTERS:
        _REGISTERS[kind](data, file=str(path))
        return _Read(path=path, data=data, kind=kind)
    return _Read(path=path, data=data, kind=kind, framework=parse_framework(data, file=str(path)))


def _checked(read: _Read, at_hand: tuple[Framework, ...]) -> Checked:
    findings: tuple[Finding, ...] = ()
    if read.framework is not None:
        document = read_yaml(read.data, file=str(read.path))
        findings = lint(FrameworkText(framework=read.framework, document=document, siblings=at_hand))
    if read.case is not None:
        document = read_yaml(read.data, file=str(read.path))
        findings = lint(CaseText(case=read.case, document=document, frameworks=at_hand))
    return Checked(file=str(read.path), kind=read.kind, problems=read.problems, findings=findings)


def _frameworks_at_hand(workspace: Workspace | None) -> tuple[Framework, ...]:
    """Every sound framework that can be named, the workspace's own in place of a shipped one of the same name."""
    found: dict[str, Framework] = {}
    for folder in framework_folders(workspace):
        for path in sorted(folder.glob("*/*.yaml")):
            framework = _read(path).framework
            if framework is not None:
                found.setdefault(str(framework.id), framework)
    return tuple(found.values())


def _view(workspace: Workspace, read: list[_Read]) -> WorkspaceView:
    shipped = _shipped_frameworks()
    digests = {str(framework.id): framework.digest for framework in shipped}
    keys = _keys(workspace)
    return WorkspaceView(
        file=str(workspace.root / CONFIG),
        frameworks=tuple(
            FrameworkFileView(
                file=str(one.path),
                named=f"{one.path.parent.name}@{one.path.stem}",
                framework=one.framework,
                shipped_digest=digests.get(str(one.framework.id), ""),
            )
            for one in read
            if one.framework is not None
        ),
        shipped=shipped,
        cases=tuple(
            CaseFileView(file=str(one.path), case=one.case, missing_logs=_missing_logs(one.path, one.case))
            for one in read
            if one.case is not None
        ),
        keyring=str(workspace.keyring),
        keys=keys,
        has_log=workspace.ledger.is_dir(),
    )


def _shipped_frameworks() -> tuple[Framework, ...]:
    found = [_read(path).framework for path in sorted((shipped_folder() / "frameworks").glob("*/*.yaml"))]
    return tuple(framework for framework in found if framework is not None)


def _missing_logs(path: Path, case: Case) -> tuple[str, ...]:
    return tuple(item.log for item in case.evidence if item.log and not (path.parent / item.log).is_file())


def _keys(workspace: Workspace) -> tuple[KeyView, ...]:
    """The keyring's keys; none where it is missing or damaged, which the verbs that use it report."""
    try:
        ring = read_keyring(workspace.keyring)
    except RuleoutError:
        return ()
    return tuple(KeyView(key=name, person=h.person, roles=h.roles) for name, h in ring.items())


def _first_field(data: bytes) -> bytes:
    for line in data.splitlines():
        text = line.strip()
        if text and not text.startswith((b"#", b"---")):
            return text.partition(b":")[0].strip()
    return b""
