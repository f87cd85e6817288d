# SPDX-License-Identifier: Apache-2.0
"""Content of the audit record: read it with its keys, erase it with them (G-8)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ruleout.adapters.audit.content_keys import ContentKeys
from ruleout.app.audit.query import Request
from ruleout.errors import KeyUnavailable, NotFound


def content_of(one: Request, keys: Path) -> Mapping[str, str]:
    """Return what was said in a request and its answer, as far as it was recorded. Effect: reads keys.

    What does not open says so in its place: the key was erased, or is elsewhere.
    """
    held = {"asked": one.began.content, "answered": one.ended.content if one.ended else None}
    opener, found = ContentKeys(keys), {}
    for name, content in held.items():
        if content is None:
            continue
        try:
            found[name] = opener.open(content, request=one.began.request).decode("utf-8", "replace")
        except KeyUnavailable as error:
            found[name] = f"[{error}]"
    return found


def erase_content(keys: Path, *, tenant: str, day: str) -> None:
    """Erase the key of a tenant's content of one day; the record itself stays as it is. Effect: removes a file for good.

    Raises:
        NotFound: there is no such key here.
    """
    if not ContentKeys(keys).erase(tenant, day):
        raise NotFound(f"{keys}: no content key of {tenant!r} for {day}", hint="It may be erased already.")
