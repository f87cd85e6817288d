# SPDX-License-Identifier: Apache-2.0
"""Instants that others may have written: told in one form, or not at all. Pure."""

from __future__ import annotations

from ruleout.documents.fields import parse_instant
from ruleout.model.plain import instant_text


def instant_in(text: str) -> str:
    """Return an instant as RFC 3339 in UTC, "" for a text that is none. Pure.

    A header field or a log may hold any text; a document with a date that is none would be refused as a whole.
    """
    try:
        return instant_text(parse_instant(text))
    except (ValueError, OverflowError):
        return ""
