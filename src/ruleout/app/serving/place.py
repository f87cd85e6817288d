# SPDX-License-Identifier: Apache-2.0
"""A gateway's settings and the files that they name: where these lie, whether one has changed, and what stands in them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ruleout.adapters.files import MIB, read_bounded
from ruleout.app.serving.untrusted import read_untrusted
from ruleout.policy.bundle import MOST_BYTES
from ruleout.serving.settings.document import GatewayDoc
from ruleout.serving.settings.parse import parse_settings
from ruleout.serving.tools import ToolRules, parse_tool_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Settings, the folder that their relative paths start from, and how they were read: see `read_settings`."""

    settings: GatewayDoc
    folder: Path
    file: Path
    upstreams: Mapping[str, str]

    def path(self, text: str) -> Path:
        """A path of the settings."""
        return self.folder / text

    @property
    def start(self) -> GatewayDoc:
        """What a gateway that begins by these settings goes by: its folders of kills and state, wherever links lead later. Effect: follows links."""
        told = self.settings
        kills, state = (os.path.realpath(self.path(one)) for one in (told.kills, told.state))
        return told.model_copy(update={"kills": kills, "state": state})

    def begun(self, began: GatewayDoc) -> Place:
        """Return the same with kills and state of a gateway's `start`: others wait for a restart (G-6). Pure.

        All of its processes go by one store, one page and one file of counters; a kill in another would be none, and counted twice is not counted.
        """
        kept = {"kills": began.kills, "kills_store": began.kills_store, "state": began.state}
        return replace(self, settings=self.settings.model_copy(update=kept))

    @property
    def state(self) -> Path:
        """The folder of what must survive a restart."""
        return self.path(self.settings.state)

    def stamps(self) -> object:
        """Return what differs once one of the files or the settings' own has changed, or a bundle is no longer trusted. Effect: looks at them."""
        found = []
        for path in (self.file, *self.files):
            try:
                status = path.stat()
            except OSError:
                found.append((str(path), 0, 0, 0))
            else:
                found.append((str(path), status.st_mtime_ns, status.st_size, status.st_ino))
        return found, read_untrusted(self.state)

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file whose change means that what is served by must be loaded again."""
        told = self.settings
        named = [*told.permits, told.floor, *told.policies, told.trust.keyring, told.trust.witnesses, told.tools]
        named += [one.shadow.bundle for one in told.tenants.values() if one.shadow is not None]
        return tuple(self.path(name) for name in named if name is not None)


def read_settings(path: Path, upstreams: Mapping[str, str] | None = None) -> Place:
    """Return the settings of a file. Effect: reads it. Raises BadInput with all of its problems.

    Args:
        upstreams: addresses in place of the file's, by upstream's name; "" stands for the only one that there is.
    """
    data = read_bounded(path, limit_bytes=MIB, what="gateway's settings")
    upstreams = upstreams or {}
    settings = parse_settings(data, file=str(path), upstreams=upstreams)
    # A link may lead elsewhere later: whoever looks again follows it, as a reload does.
    return Place(settings=settings, folder=path.resolve().parent, file=path.absolute(), upstreams=upstreams)


def read_tools(place: Place) -> ToolRules:
    """Return the rules for tools that the settings name, none that allow any where they name no file. Effect: reads. Raises RuleoutError."""
    if place.settings.tools is None:
        return ToolRules(name="none", version=0, tools={})
    path = place.path(place.settings.tools)
    return parse_tool_rules(read_bounded(path, limit_bytes=MIB, what="rules for tools"), file=str(path))


def read_bundle(path: Path) -> bytes:
    """Return a signed bundle as it is in its file, checked by nobody. Effect: reads. Raises RuleoutError."""
    return read_bounded(path, limit_bytes=MOST_BYTES, what="signed bundle")
