# SPDX-License-Identifier: Apache-2.0
"""Content of the audit record: read it with its keys, erase it with them (G-8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ruleout.adapters.audit.content_keys import ContentKeys
from ruleout.app.audit.query import Request
from ruleout.errors import KeyUnavailable, NotFound, VerificationFailed
from ruleout.serving.audit.said import ARGUMENTS, ASKED, Part, read_said


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
            parts = read_said(opener.open(content, request=one.began.request))
        except (KeyUnavailable, VerificationFailed) as error:
            found[name] = f"[{error}]"
        else:
            found.update(_texts(parts, one))
    return found


def _texts(parts: Iterable[Part], one: Request) -> Iterator[tuple[str, str]]:
    """Each part as a text; what was cut says so, with the digest of the whole. Arguments are named `call-N`."""
    calls = 0
    for part in parts:
        name = part.name
        whole = one.began.body if name == ASKED else one.ended.sent if one.ended else ""
        if name == ARGUMENTS:
            whole = one.ended.calls[calls].arguments if one.ended and calls < len(one.ended.calls) else ""
            calls += 1
            name = f"call-{calls}"
        text = part.data.decode("utf-8", "replace")
        if part.is_cut:
            text += f" [cut: {len(part.data)} of {part.whole} bytes are kept; SHA-256 of the whole {whole}]"
        yield name, text


def erase_content(keys: Path, *, tenant: str, day: str) -> None:
    """Erase the key of a tenant's content of one day; the record itself stays as it is. Effect: removes a file for good.

    Raises:
        NotFound: there is no such key here.
    """
    if not ContentKeys(keys).erase(tenant, day):
        raise NotFound(f"{keys}: no content key of {tenant!r} for {day}", hint="It may be erased already.")
