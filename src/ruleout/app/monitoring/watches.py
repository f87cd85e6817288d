# SPDX-License-Identifier: Apache-2.0
"""The watches of a gateway: its file, held against the hooks and tenants that the gateway has (G-11)."""

from __future__ import annotations

from ruleout.adapters.files import read_bounded
from ruleout.app.serving.place import Place
from ruleout.serving.monitoring import Watch
from ruleout.serving.monitoring.watches import MOST_BYTES, parse_watches


def read_watches(place: Place) -> tuple[Watch, ...]:
    """Return the watches that the settings name, none where they name no file. Effect: reads it.

    Raises:
        BadInput: with all of the file's problems; a hook or tenant that the gateway does not have is one.
        NotFound: there is no such file.
    """
    told = place.settings
    if told.watch is None:
        return ()
    path = place.path(told.watch.file)
    data = read_bounded(path, limit_bytes=MOST_BYTES, what="file of watches")
    return parse_watches(data, file=str(path), hooks=told.hooks, tenants=told.tenants)
