# SPDX-License-Identifier: Apache-2.0
"""Finding logs by what people name: paths, folders, patterns, addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from ruleout.adapters.logs.found import MOST_FILES, Found, FoundLog, Search
from ruleout.adapters.logs.local import LocalFinder
from ruleout.errors import RuleoutError

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*(::[a-z][a-z0-9+.-]*)*://", re.IGNORECASE)


def find_logs(named: Sequence[str], *, most_files: int = MOST_FILES) -> Found:
    """Return the logs that paths, folders, patterns and addresses name, each once, with their companion files.

    Effect: looks at folders and files, and asks stores for their lists. Reads no log.

    Raises:
        RuleoutError: there are more than `most_files` files in what was named.

    Source: E-1.
    """
    search = Search(most_files)
    local = LocalFinder(search)
    for name in named:
        if not _ADDRESS.match(name):
            local.find(name)
        elif name.lower().startswith("file://"):
            local.find(unquote(urlsplit(name).path))
        else:
            from ruleout.adapters.logs.remote import find_at  # noqa: PLC0415 - costs 40 ms, needed for addresses only

            find_at(name, search)
    return search.found()


def find_one(path: str) -> FoundLog:
    """Return the one log that a path names: a file, a companion, or the folder of a run. Effect: looks at files.

    Raises:
        NotFound, RuleoutError: there is none, or it cannot be looked at, or a folder holds several.
    """
    search = Search()
    LocalFinder(search).find_path(path)
    found = search.found()
    if found.refused:
        raise found.refused[0][1]
    if len(found.logs) != 1:
        raise RuleoutError(
            f"{path}: expected one evaluation log, got {len(found.logs)}", hint="Name one log's file or folder."
        )
    return found.logs[0]
