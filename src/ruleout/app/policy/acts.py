# SPDX-License-Identifier: Apache-2.0
"""Signing bundles and asking signed ones, in a workspace that remembers the newest version of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ruleout.adapters.files import MIB, read_bounded, replace_file, write_new
from ruleout.app.keys.listing import key_states
from ruleout.app.ledger import read_record
from ruleout.app.policy.load import Loaded, TestsFailed, Versions, load_layers
from ruleout.app.policy.sources import read_bundle, tried
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace
from ruleout.errors import KeyUnavailable, RuleoutError, VerificationFailed
from ruleout.ledger.note import verifier_key
from ruleout.ledger.signing import Keyring
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.policy.bundle import MOST_BYTES, Bundle, Seen, check_role, check_version, sign_bundle
from ruleout.policy.bundle_document import parse_call
from ruleout.policy.calls import call_of
from ruleout.policy.decide import Answer, decide

_VERSIONS_FILE = "policy-versions.json"


def sign(place: Workspace, keys: Keys, folder: Path, *, key: str, out: Path) -> Bundle:
    """Sign the bundle of a folder into a new file, once its tests hold; return it.

    Effect: reads the folder, unlocks the key, writes the file and the newest version that the workspace remembers.

    Raises:
        TestsFailed: its tests find something.
        VerificationFailed: the key has another role, or the version is not newer.
        KeyUnavailable: the key is not of the keyring, has ended, or cannot be unlocked.
        RuleoutError: as `read_bundle`; or the file exists. Nothing is written then.
    """
    bundle = read_bundle(folder, place)
    tested = tried(bundle)
    if tested.faults:
        raise TestsFailed(bundle.label, tested.faults)
    signer, ring = keys.unlock(key), counting_keys(place)
    holder = ring.get(verifier_key(signer.name, signer.public_key).key_id)
    if holder is None:
        raise KeyUnavailable(f"expected a key of the keyring that counts, got {key!r}", hint="See `ruleout key list`.")
    check_role(holder, bundle.kind)
    versions, name = read_versions(place), f"{bundle.kind.value}/{bundle.name}"
    newest = check_version(bundle, versions.get(name))
    write_new(out, sign_bundle(bundle, signer))
    keep_versions(place, {**versions, name: newest})
    return bundle


def ask(place: Workspace, floor: Path, policies: Sequence[Path], call: Path) -> tuple[Loaded, Answer]:
    """Return the layers of signed bundles and their answer about the call of a file. Effect: reads the files.

    Raises:
        RuleoutError: a bundle is refused, or the call has problems; nothing is decided then.
    """
    loaded = load_layers(
        _signed(floor), [_signed(path) for path in policies], counting_keys(place), read_versions(place)
    )
    plain = parse_call(read_bounded(call, limit_bytes=MIB, what="call"), file=str(call))
    return loaded, decide(loaded.layers, call_of(plain))


def _signed(path: Path) -> bytes:
    return read_bounded(path, limit_bytes=MOST_BYTES, what="signed bundle")


def counting_keys(place: Workspace) -> Keyring:
    """Return the keys that have not ended: a replaced or compromised one signs no policy. Effect: reads the record."""
    states = key_states(read_record(place))
    return {state.holder.key.key_id: state.holder for state in states if state.ended_by is None}


def read_versions(place: Workspace) -> Versions:
    """Return the newest versions that a workspace remembers. Effect: reads its file, where there is one.

    Raises:
        RuleoutError: the file is damaged: it is not taken for *nothing seen yet*.
    """
    path = place.root / _VERSIONS_FILE
    if not path.exists():
        return {}
    try:
        held = parse_canonical(read_bounded(path, limit_bytes=MIB, what="file of versions"))
        return {name: Seen(version=int(one["version"]), digest=str(one["digest"])) for name, one in held.items()}
    except (VerificationFailed, AttributeError, KeyError, TypeError, ValueError) as error:
        raise RuleoutError(
            f"{path}: expected versions of bundles, got damage", hint="Restore it from a copy."
        ) from error


def keep_versions(place: Workspace, versions: Mapping[str, Seen]) -> None:
    """Remember the newest versions. Effect: replaces the workspace's file."""
    held = {name: {"version": seen.version, "digest": seen.digest} for name, seen in versions.items()}
    replace_file(place.root / _VERSIONS_FILE, canonical(held))
