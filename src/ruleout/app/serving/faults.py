# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a gateway's files, each looked at alone, all of it at once (G-1, G-3).

Only for whoever mends them: what holds here may still not hold beside the others, and `load_standing` alone says what is served by.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ruleout.app.keyring import read_keyring
from ruleout.app.monitoring.watches import read_watches
from ruleout.app.policy.load import proved
from ruleout.app.serving.place import Place, read_bundle, read_tools
from ruleout.app.serving.seen import read_seen
from ruleout.app.verifier_files import read_permit_file, read_witness_policy
from ruleout.errors import RuleoutError
from ruleout.ledger.signing import Keyring
from ruleout.policy.bundle import Kind, open_bundle


def faults_in(place: Place) -> tuple[RuleoutError, ...]:
    """Return why files are missing or not what they should be, each with its path; none where each holds alone. Effect: reads them."""
    told, faults = place.settings, list[RuleoutError]()

    def look(name: str, read: Callable[[Path], object]) -> None:
        path = place.path(name)
        try:
            read(path)
        except RuleoutError as error:
            if str(path) not in str(error):
                error.args = (f"{path}: {error}",)
            faults.append(error)

    ring: dict[str, Keyring] = {}
    look(told.trust.keyring, lambda path: ring.update(all=read_keyring(path)))
    if told.trust.witnesses is not None:
        look(told.trust.witnesses, read_witness_policy)
    for name in told.permits:
        look(name, read_permit_file)
    look(told.floor, lambda path: _bundle(path, Kind.FLOOR, ring.get("all")))
    for name in told.policies:
        look(name, lambda path: _bundle(path, Kind.TENANT, ring.get("all")))
    if told.tools is not None:
        look(told.tools, lambda _: read_tools(place))
    if told.watch is not None:
        look(told.watch.file, lambda _: read_watches(place))
    look(told.state, read_seen)
    return tuple(faults)


def _bundle(path: Path, kind: Kind, keyring: Keyring | None) -> None:
    """See that a bundle is signed and its tests hold; where no keyring can be read, that it is there."""
    data = read_bundle(path)
    if keyring is not None:
        proved(open_bundle(data, keyring, kind)[0])
