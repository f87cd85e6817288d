# SPDX-License-Identifier: Apache-2.0
"""A folder that people write -> a bundle: `floor.yaml`, or `bundle.yaml` with `policy.cedar` beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.cedar import MOST_POLICY_BYTES
from ruleout.adapters.files import MIB, read_bounded
from ruleout.app.policy.load import compiled_of, found_by_tests
from ruleout.app.sources import find_framework
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound, RuleoutError
from ruleout.policy.bundle import Bundle
from ruleout.policy.bundle_document import parse_bundle_file
from ruleout.policy.floor import parse_floor
from ruleout.policy.floor_bundle import floor_bundle
from ruleout.policy.floor_document import framework_named_in
from ruleout.policy.trial import Fault

FLOOR_FILE = "floor.yaml"
BUNDLE_FILE = "bundle.yaml"
POLICY_FILE = "policy.cedar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A bundle as its folder has it, its rules' ids, and what its tests found."""

    bundle: Bundle
    rules: tuple[str, ...]
    faults: tuple[Fault, ...]


def read_bundle(folder: Path, workspace: Workspace | None) -> Bundle:
    """Return the bundle that a folder makes. Effect: reads its files, and for a floor the framework's.

    Raises:
        NotFound: it holds neither file, or the framework is not there.
        BadInput: a file has problems.
        RuleoutError: it holds both files, or text that is not UTF-8.
    """
    floor, bundle = folder / FLOOR_FILE, folder / BUNDLE_FILE
    if floor.is_file() and bundle.is_file():
        raise RuleoutError(f"{folder}: expected {FLOOR_FILE} or {BUNDLE_FILE}, got both", hint="Use two folders.")
    if floor.is_file():
        data = read_bounded(floor, limit_bytes=MIB, what="floor file")
        framework = find_framework(framework_named_in(data, file=str(floor)), workspace).framework
        return floor_bundle(parse_floor(data, framework, file=str(floor)))
    if not bundle.is_file():
        raise NotFound(f"{folder}: no {FLOOR_FILE} and no {BUNDLE_FILE}", hint="Name a folder that holds one of them.")
    data = read_bounded(bundle, limit_bytes=MIB, what="bundle file")
    return parse_bundle_file(data, _policy_of(folder), file=str(bundle))


def _policy_of(folder: Path) -> str:
    path = folder / POLICY_FILE
    data = read_bounded(path, limit_bytes=MOST_POLICY_BYTES, what="policy")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleoutError(f"{path}: expected UTF-8, got other bytes", hint="Save it as UTF-8.") from error


def tried(bundle: Bundle) -> Tested:
    """Return what a bundle's own tests find, Cedar asked too. Effect: makes code. Raises as `compiled_of`."""
    compiled = compiled_of(bundle)
    return Tested(
        bundle=bundle, rules=tuple(rule.id for rule in compiled.rules), faults=found_by_tests(bundle, compiled)
    )
