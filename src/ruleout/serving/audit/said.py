# SPDX-License-Identifier: Apache-2.0
"""What was said in a request and its answer, as it stands encrypted in a record: parts, each bounded (G-8).

One line of JSON, then the parts' bytes one after the other. A part that is longer than its bound is kept to the bound and says
how long it was; the digest of the whole stands in the record beside it: `body`, `sent`, the arguments of `calls`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, NamedTuple

import msgspec

from ruleout.errors import VerificationFailed

#: Bytes kept of a request, of an answer, and of all arguments of tools together; and how many arguments are kept.
MOST_SAID_BYTES = 1024 * 1024
MOST_ARGUMENTS = 1000
ASKED, ANSWERED, ARGUMENTS = "asked", "answered", "arguments"
_FORM = "ruleout-said/1"
_Size = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class Part(NamedTuple):
    """What was said: which part it is, the bytes that are kept, and how many there were."""

    name: str
    data: bytes
    whole: int

    @property
    def is_cut(self) -> bool:
        """Whether there was more than is kept."""
        return self.whole > len(self.data)


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: for each part its name, how many bytes are kept, how many there were."""

    form: str
    parts: tuple[tuple[str, _Size, _Size], ...]


_HEAD = msgspec.json.Decoder(_Head)


def said_bytes(parts: Iterable[Part]) -> bytes:
    """Return parts as the bytes that are encrypted. Pure."""
    every = tuple(parts)
    head = _Head(_FORM, tuple((one.name, len(one.data), one.whole) for one in every))
    return b"".join((msgspec.json.encode(head), b"\n", *(one.data for one in every)))


def read_said(data: bytes) -> tuple[Part, ...]:
    """Return the parts of decrypted bytes. Pure; strict.

    Raises:
        VerificationFailed: check "audit"; they are not of this form.
    """
    line, _, rest = data.partition(b"\n")
    try:
        head = _HEAD.decode(line)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise VerificationFailed("audit", f"expected parts of what was said, got {str(error)[:100]}") from error
    if head.form != _FORM or sum(kept for _, kept, _ in head.parts) != len(rest):
        raise VerificationFailed("audit", f"expected {_FORM} with the bytes that its head tells, got something else")
    parts, start = [], 0
    for name, kept, whole in head.parts:
        parts.append(Part(name, rest[start : start + kept], whole))
        start += kept
    return tuple(parts)
