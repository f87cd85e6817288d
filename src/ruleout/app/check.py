# SPDX-License-Identifier: Apache-2.0
"""Check the files people write, told apart by their first field: problems, then lint findings.

A file with a problem is refused whole and not linted. Errors of the lint fail a file, warnings do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.files import KINDS, PARSERS, PATTERNS
from ruleout.app.accountability.roadmap import unrecorded_problems
from ruleout.app.change_control.in_force import other_than_published
from ruleout.app.evaluate import EVALUATIONS, LINES_SUFFIX
from ruleout.app.keyring import read_keyring
from ruleout.app.ledger import read_record
from ruleout.app.shipped import shipped_folder
from ruleout.app.sources import MOST_DOCUMENT_BYTES, framework_folders
from ruleout.app.workspace import CONFIG, Workspace
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

#: What a file is, by its first field; a framework where it begins with none of these.
_KINDS = {b"case": "case", b"evaluations": "evaluations", **KINDS}


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
    checked = tuple(_against_the_record(checked, read, workspace))
    return (*checked, Checked(file=str(workspace.root / CONFIG), kind="workspace", findings=findings))


def _against_the_record(checked: Iterable[Checked], read: Iterable[_Read], workspace: Workspace) -> Iterator[Checked]:
    """Add to each sound roadmap file where it says other than the record, and to frameworks that were published otherwise."""
    held = any(one.kind in ("roadmap", "framework") for one in read)
    record = read_record(workspace) if held and workspace.ledger.exists() else None
    others = {} if record is None else {file: digests for file, *digests in other_than_published(record, workspace)}
    for one, file in zip(checked, read, strict=True):
        if record is not None and one.kind == "roadmap" and not one.problems:
            yield replace(one, problems=unrecorded_problems(file.data, record, file=one.file))
        elif one.file in others:
            yield replace(one, problems=(*one.problems, _other_text(file, *others[one.file])))
        else:
            yield one


def _other_text(file: _Read, pinned: str, got: str) -> Problem:
    """A framework file whose label was published with another text: it would pass for what was published."""
    where = read_yaml(file.data, file=str(file.path)).place(("version",))
    hint = "Give the changed text a version of its own, or restore the file; `ruleout framework status` shows both."
    return Problem(id="K004", where=where, expected=f"the text {pinned[:12]} of the record", got=got[:12], hint=hint)


def _files_of(workspace: Workspace | None) -> list[Path]:
    if workspace is None:
        return []
    # Mappings between versions stand below a framework's folder and are checked by what reads them.
    # Lines that `evaluate --write` puts beside a log are a part of a case, to be pasted; they are no case.
    cases = (path for path in workspace.cases.glob("**/*.yaml") if not path.name.endswith(LINES_SUFFIX))
    # Tasks may also stand beside `ruleout.toml`, for all cases.
    own = (path for path in (workspace.root / EVALUATIONS,) if path.is_file())
    registers = (path for pattern in PATTERNS for path in workspace.root.glob(pattern))
    # A framework file right below `frameworks/` is read by nothing: checked too, so that the lint says where it belongs (L097).
    frameworks = (path for pattern in ("*.yaml", "*/*.yaml") for path in workspace.frameworks.glob(pattern))
    return sorted([*frameworks, *cases, *own, *registers])


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
    if kind in PARSERS:
        PARSERS[kind](data, file=str(path))
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
