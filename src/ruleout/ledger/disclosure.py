# SPDX-License-Identifier: Apache-2.0
"""Salted disclosures: values that stand outside the log, each provable and removable alone (L-4).

The form is that of SD-JWT (RFC 9901): a disclosure is the base64url of a JSON array [salt, name, value], or
[salt, value] for an element of an array, and its digest is the base64url of SHA-256 over that text. A value that is an
object holds `_sd` with its members' digests; an array holds {"...": digest} for each element: so every leaf has a salt
of its own, and whoever sees some cannot guess others. Decoys are digests of salts alone, [salt]: nobody can tell how
many values an entry really has. Salts are drawn by the caller; nothing here is random.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Union

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import MAX_INTEGER

#: 128 random bits as base64url without padding: 22 characters. Drawn anew for every disclosure (RFC 9901 §4.2.1).
Salt = Callable[[], str]

SD, ELEMENT = "_sd", "..."
MAX_DISCLOSURE_BYTES = 8 * 1024 * 1024
MAX_LEVELS = 20
DECOYS = 2
_SALT = re.compile(r"[A-Za-z0-9_-]{22}")
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Hidden:
    """A value that is not here: only the digest of its disclosure is known."""

    digest: str


Scalar = str | int | bool | None
Tree = Union[Scalar, Hidden, "tuple[Tree, ...]", "Mapping[str, Tree]"]
"""A value with holes. A hidden member of an object, whose name is unknown, stands under `?` and its digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A value taken apart.

    Attributes:
        digests: what the entry holds as `_sd`: of its top members and decoys, in order.
        disclosures: every disclosure of the value by its digest, decoys left out.
        decoys: what the decoys were made of, by digest.
        paths: where each disclosure's value stands, such as "sections.2.text", by digest.
    """

    digests: tuple[str, ...]
    disclosures: Mapping[str, str]
    decoys: Mapping[str, str]
    paths: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A parsed disclosure. `name` is None for an element of an array; a decoy has neither name nor value."""

    name: str | None
    value: Any
    is_decoy: bool = False


def digest_of_disclosure(text: str) -> str:
    """Return the digest under which an entry names a disclosure: 43 characters. Pure. Source: RFC 9901 §4.2.3."""
    return _base64url(hashlib.sha256(text.encode("ascii")).digest())


def seal(members: Mapping[str, Any], *, salt: Salt, decoys: int = DECOYS) -> Sealed:
    """Take an object apart into salted disclosures, one for each member and element at every level.

    Draws salts; otherwise pure.

    Args:
        members: str, int, bool, None, and lists, tuples and mappings of such; no float; at most 20 levels.
        salt: gives 22 characters of base64url, never twice the same.
        decoys: how many at each object, >= 0.

    Raises:
        TypeError, ValueError: a value of another kind, a reserved or non-ASCII name, or nested too deep.

    Source: L-4; RFC 9901 §4.2.
    """
    sealer = _Sealer(salt=salt, decoys=decoys, disclosures={}, made_of={}, paths={})
    digests = sealer.members(members, path="", level=1)
    return Sealed(digests=digests, disclosures=sealer.disclosures, decoys=sealer.made_of, paths=sealer.paths)


@dataclass(slots=True, kw_only=True)
class _Sealer:
    salt: Salt
    decoys: int
    disclosures: dict[str, str]
    made_of: dict[str, str]
    paths: dict[str, str]

    def members(self, value: Mapping[str, Any], *, path: str, level: int) -> tuple[str, ...]:
        digests = [self._member(name, item, path=path, level=level) for name, item in value.items()]
        for _ in range(self.decoys):
            text = _text([self.salt()])
            digests.append(digest_of_disclosure(text))
            self.made_of[digests[-1]] = text
        return tuple(sorted(digests))

    def _member(self, name: str, item: Any, *, path: str, level: int) -> str:
        if type(name) is not str or not name.isascii() or not name or name in (SD, ELEMENT) or name.startswith("?"):
            raise ValueError(f"expected a member's name in ASCII that is not reserved, got {name!r}")
        place = f"{path}.{name}" if path else name
        return self._keep([self.salt(), name, self._closed(item, path=place, level=level)], place)

    def _closed(self, item: Any, *, path: str, level: int) -> Any:
        if level > MAX_LEVELS:
            raise ValueError(f"expected at most {MAX_LEVELS} levels, got more at {path}")
        if isinstance(item, Mapping):
            return {SD: self.members(item, path=path, level=level + 1)}
        if isinstance(item, list | tuple):
            places = [(f"{path}.{nth}", element) for nth, element in enumerate(item)]
            return [
                {ELEMENT: self._keep([self.salt(), self._closed(element, path=place, level=level + 1)], place)}
                for place, element in places
            ]
        if item is not None and type(item) not in (str, int, bool):
            raise TypeError(
                f"expected text, integer, boolean, null, list or mapping at {path}, got {type(item).__name__}"
            )
        return item

    def _keep(self, parts: list[Any], path: str) -> str:
        text = _text(parts)
        digest = digest_of_disclosure(text)
        if digest in self.disclosures:
            raise ValueError("expected a new salt each time, got one twice")
        self.disclosures[digest], self.paths[digest] = text, path
        return digest


def parse_disclosure(text: str) -> Disclosure:
    """Return what a disclosure says. Pure; bounded.

    Raises:
        VerificationFailed: check "disclosures"; it is not base64url of a JSON array of the three forms, its salt is
            not of 128 bits, or its value is none that `seal` makes.

    Source: L-4; RFC 9901 §4.2.
    """
    parts = _parts(text)
    if not 1 <= len(parts) <= 3 or type(parts[0]) is not str or not _SALT.fullmatch(parts[0]):
        raise _refusal("an array of a salt of 22 characters, a name and a value", parts)
    if len(parts) == 1:
        return Disclosure(None, None, is_decoy=True)
    if len(parts) == 3 and (type(parts[1]) is not str or parts[1] in (SD, ELEMENT, "")):
        raise _refusal("a member's name", parts[1])
    _require_closed(parts[-1])
    return Disclosure(parts[1] if len(parts) == 3 else None, parts[-1])


def named_in(disclosure: Disclosure) -> tuple[str, ...]:
    """Return the digests that a disclosure's value names: of its members, decoys and elements. Pure."""
    value = disclosure.value
    if type(value) is dict:
        return tuple(value[SD])
    return tuple(element[ELEMENT] for element in value) if type(value) is list else ()


def reveal(digests: Iterable[str], disclosures: Mapping[str, str]) -> Mapping[str, Tree]:
    """Return the object that an entry's `_sd` digests and the disclosures at hand make, with holes for the rest.

    Pure. Decoys that are disclosed as such vanish. Disclosures that nothing names are the verifier's business.

    Args:
        digests: the entry's `_sd`, or those of an object within.
        disclosures: text by digest; each is checked against it.

    Raises:
        VerificationFailed: check "disclosures"; one is not that of its digest, malformed, of the wrong form for its
            place, named twice, or a name comes twice in one object.

    Source: L-4; RFC 9901 §7.1.
    """
    return _object(digests, disclosures, set(), 1)


def _object(digests: Iterable[str], texts: Mapping[str, str], used: set[str], level: int) -> Mapping[str, Tree]:
    found: dict[str, Tree] = {}
    for digest in digests:
        disclosure = _disclosure(digest, texts, used, level)
        if disclosure is None:
            found[f"?{digest}"] = Hidden(digest)
        elif disclosure.is_decoy:
            continue
        elif disclosure.name is None or disclosure.name in found:
            raise _refusal("a member of its own name", disclosure.name)
        else:
            found[disclosure.name] = _opened(disclosure.value, texts, used, level)
    return found


def _opened(value: Any, texts: Mapping[str, str], used: set[str], level: int) -> Tree:
    if type(value) is dict:
        return _object(value[SD], texts, used, level + 1)
    if type(value) is list:
        return tuple(_element(item[ELEMENT], texts, used, level + 1) for item in value)
    return value  # type: ignore[no-any-return]


def _element(digest: str, texts: Mapping[str, str], used: set[str], level: int) -> Tree:
    disclosure = _disclosure(digest, texts, used, level)
    if disclosure is None:
        return Hidden(digest)
    if disclosure.name is not None or disclosure.is_decoy:
        raise _refusal("an element without a name", disclosure.name)
    return _opened(disclosure.value, texts, used, level)


def _disclosure(digest: str, texts: Mapping[str, str], used: set[str], level: int) -> Disclosure | None:
    if digest in used or level > MAX_LEVELS + 1:
        raise _refusal("each digest once and at most 20 levels", digest)
    used.add(digest)
    text = texts.get(digest)
    if text is None:
        return None
    if digest_of_disclosure(text) != digest:
        raise _refusal(f"the disclosure with digest {digest[:12]}", digest_of_disclosure(text)[:12])
    return parse_disclosure(text)


def _parts(text: str) -> list[Any]:
    if len(text) > MAX_DISCLOSURE_BYTES:
        raise _refusal(f"a disclosure of at most {MAX_DISCLOSURE_BYTES} characters", len(text))
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        parts: Any = _decode(data.decode("utf-8"))
        made = _text(parts)
    except (ValueError, RecursionError) as error:
        raise _refusal("a disclosure in base64url", error) from error
    if type(parts) is not list or made != text:
        raise _refusal("a disclosure in its one spelling", text)
    return parts


def _require_closed(value: Any) -> None:
    if type(value) is dict:
        digests = value.get(SD)
        if value.keys() != {SD} or type(digests) is not list or not all(map(_is_digest, digests)):
            raise _refusal("an object of _sd alone", value)
    elif type(value) is list:
        if not all(type(item) is dict and item.keys() == {ELEMENT} and _is_digest(item[ELEMENT]) for item in value):
            raise _refusal("an array of digests", value)
    elif type(value) is int and abs(value) > MAX_INTEGER:
        raise _refusal("an integer below 2^53", value)


def _is_digest(value: object) -> bool:
    return type(value) is str and re.fullmatch(r"[A-Za-z0-9_-]{43}", value) is not None


def _no_float(text: str) -> None:
    raise ValueError(f"no floats: {text[:40]}")


#: Made once: making a decoder for each disclosure costs as much as reading it.
_decode = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float).decode


def _text(parts: list[Any]) -> str:
    return _base64url(_encode(parts).encode("utf-8"))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _refusal(expected: str, got: object) -> VerificationFailed:
    return VerificationFailed("disclosures", f"expected {expected}, got {str(got)[:80]!r}")
