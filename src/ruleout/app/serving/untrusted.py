# SPDX-License-Identifier: Apache-2.0
"""Bundles about which Cedar decided otherwise than their compiled rules: kept by digest, and nothing is served by them (G-3).

One file for each, in the state folder: every worker of the host and every restart sees it. Only another text, signed under a
version of its own, is served by again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruleout.adapters.durable_file import SystemFiles, write_object
from ruleout.adapters.files import make_folder
from ruleout.app.policy.load import Loaded
from ruleout.app.policy.recheck import Differing
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.model.canonical import canonical
from ruleout.policy.bundle import bundle_digest
from ruleout.policy.decide import Layer, Layers
from ruleout.policy.program import Compiled

FOLDER = "untrusted"
_DIGEST = re.compile(r"[0-9a-f]{64}")
#: What a tenant's calls fail by; known by being this very tuple, for a rule may have any name.
NOT_TRUSTED = ("bundle-not-trusted",)
_HINT = "Sign another text under the next version; the file in the folder `untrusted` says what differed."


def _fails(*_: object) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return (), (), NOT_TRUSTED


def read_untrusted(state: Path) -> frozenset[str]:
    """Return the digests of bundles that are not trusted. Effect: reads the state folder.

    Raises:
        RuleoutError: the folder is there and cannot be read: that is not taken for *none*.
    """
    folder = state / FOLDER
    try:
        return frozenset(one.name for one in folder.iterdir() if _DIGEST.fullmatch(one.name))
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        hint = "Mend it; without it a bundle that is not trusted would be served by."
        raise RuleoutError(f"{folder}: cannot read: {error.strerror}", hint=hint) from error


def keep_untrusted(state: Path, found: Differing, *, at: str) -> None:
    """Remember that a bundle is not trusted, and by what; durable on return. Effect: writes a file.

    Raises:
        RuleoutError: it cannot be written.
    """
    path = state / FOLDER / found.digest
    if path.exists():
        return
    make_folder(path.parent, mode=0o700)
    says: Mapping[str, Any] = {
        "at": at, "bundle": found.bundle, "cedar": found.cedar, "kind": found.kind.value, "ours": found.ours,
    }  # fmt: skip
    try:
        write_object(path, (canonical(says),), SystemFiles())
    except OSError as error:
        raise RuleoutError(f"{path}: cannot write: {error.strerror}", hint="Check the disk.") from error


def trusted_layers(loaded: Loaded, digests: Collection[str]) -> tuple[Layers, frozenset[str]]:
    """Return what decides where these bundles do not: their tenants' calls fail; and the labels of those in force. Pure.

    Raises:
        VerificationFailed: the floor is one of them: then nothing is served at all.

    Source: G-3.
    """
    layers = loaded.layers
    if not digests:
        return layers, frozenset()
    if bundle_digest(loaded.floor) in digests:
        says = f"{loaded.floor.label}: Cedar decided otherwise than its compiled rules: the floor is not trusted"
        raise VerificationFailed("policy-recheck", says, hint=_HINT)
    labels = frozenset(one.label for one in loaded.tenants if bundle_digest(one) in digests)
    failing = {label: Layer(bundle=label, compiled=Compiled(rules=(), function=_fails)) for label in labels}
    tenants = {name: failing.get(layer.bundle, layer) for name, layer in layers.tenants.items()}
    return (replace(layers, tenants=tenants) if labels else layers), labels
