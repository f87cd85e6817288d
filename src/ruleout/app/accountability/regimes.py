# SPDX-License-Identifier: Apache-2.0
"""Finding and reading regimes: the shipped ones, and a workspace's own in their place (A-3)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ruleout.accountability.duties import parse_duties
from ruleout.adapters.files import read_bounded
from ruleout.adapters.zones import zone_of
from ruleout.app.shipped import shipped_folder
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound
from ruleout.model.duty import Regime

DUTIES = "duties.yaml"
FOLDER = "jurisdictions"


def read_regime(path: Path) -> Regime:
    """Return the regime of a duties file. Effect: reads it. Raises BadInput with every problem of the file."""
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="duties file")
    return parse_duties(data, file=str(path), zone_of=zone_of)


def read_regimes(workspace: Workspace | None) -> tuple[Regime, ...]:
    """Return every regime by id: the shipped ones, and the workspace's own, which replace those of the same id.

    Effect: reads `jurisdictions/*/duties.yaml`.

    Raises:
        BadInput: a file has problems.
    """
    found: dict[str, Regime] = {}
    for folder in (shipped_folder() / FOLDER, *(() if workspace is None else (workspace.root / FOLDER,))):
        for path in sorted(folder.glob(f"*/{DUTIES}")):
            regime = read_regime(path)
            found[regime.id] = regime
    return tuple(found[name] for name in sorted(found))


def chosen(regimes: Iterable[Regime], names: Iterable[str]) -> tuple[Regime, ...]:
    """Return the regimes that were named, all of them for no name. Pure.

    Raises:
        NotFound: a name is of none; the message lists those there are.
    """
    known = {regime.id: regime for regime in regimes}
    wanted = tuple(names)
    for name in wanted:
        if name not in known:
            raise NotFound(f"no regime {name!r}; there are: {', '.join(sorted(known))}", hint="Name one of these.")
    return tuple(known[name] for name in dict.fromkeys(wanted)) if wanted else tuple(known.values())
