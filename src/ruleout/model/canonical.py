# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON bytes, made in exactly one function for the whole project.

RFC 8785 restricted to a profile on which the standard encoder already gives its bytes: strings, integers below 2^53
in magnitude, booleans, null, arrays, and objects with ASCII keys. No floats: a figure is an integer or a string.
Subclasses (enums, named tuples of other types) are refused, so that what is hashed is what was meant.
It does not read files and knows nothing of what the values mean.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ruleout.errors import VerificationFailed

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64
MAX_BYTES = 512 * 1024 * 1024
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: object) -> bytes:
    """Return the canonical bytes of `value`. Pure: same value, same bytes, anywhere.

    Args:
        value: str, int, bool, None, list, tuple or dict of such; |int| < 2^53; dict keys ASCII; nested <= 64 deep.

    Raises:
        TypeError: a float, bytes, set, enum or other type, or a key that is not a string.
        ValueError: an integer out of range, a key that is not ASCII, a lone surrogate, or nesting too deep.

    Source: L-1; RFC 8785 §3.2 (keys are ASCII, so code-point order is UTF-16 order).
    """
    return _bytes(value, MAX_DEPTH)


def digest_of(value: object) -> str:
    """Return the SHA-256 of `canonical(value)` as 64 lower-case hex digits. Pure; raises as `canonical` does."""
    return hashlib.sha256(canonical(value)).hexdigest()


def parse_canonical(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value whose canonical form is exactly `data`. Pure; bounded in size and depth.

    Comparing bytes with canonical(parse(bytes)) also refuses duplicate keys, spaces, escapes nobody needs and
    other spellings of the same value: there is one spelling.

    Args:
        data: bytes somebody else made.
        max_bytes: longest input accepted, in bytes.
        max_depth: deepest nesting accepted, <= 64.

    Raises:
        VerificationFailed: check "canonical"; the bytes are too long, too deep, not JSON, or not canonical.

    Source: L-1.
    """
    if len(data) > max_bytes:
        raise _refusal(f"expected at most {max_bytes} bytes, got {len(data)}")
    try:
        value = json.loads(
            data.decode("utf-8"), parse_float=_refuse_number, parse_constant=_refuse_number, parse_int=_integer
        )
        made = _bytes(value, max_depth)
    except (ValueError, TypeError, RecursionError) as error:
        raise _refusal(f"expected canonical JSON, got {type(error).__name__}: {str(error)[:120]}") from error
    if made != data:
        raise _refusal(f"expected canonical bytes, got another spelling at byte {_first_difference(made, data)}")
    return value


def _bytes(value: object, depth: int) -> bytes:
    _require_profile(value, depth)
    return _encode(value).encode("utf-8")


def _require_profile(value: object, depth: int) -> None:
    if type(value) is str or type(value) is bool or value is None:
        return
    if type(value) is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise ValueError(f"expected an integer below 2^53 in magnitude, got one of {value.bit_length()} bits")
        return
    if depth == 0:
        raise ValueError("expected less nesting, got more")
    if type(value) is dict:
        _require_object(value, depth)
    elif type(value) is list or type(value) is tuple:
        for item in value:
            if type(item) is not str:  # most are, and a call for each is what this costs
                _require_profile(item, depth - 1)
    else:
        raise TypeError(f"expected str, int, bool, None, list, tuple or dict, got {type(value).__name__}")


def _require_object(value: dict[object, object], depth: int) -> None:
    for key, item in value.items():
        if type(key) is not str:
            raise TypeError(f"expected a string as key, got {type(key).__name__}")
        if not key.isascii():
            raise ValueError(f"expected an ASCII key, got {key[:40]!r}")
        if type(item) is not str:
            _require_profile(item, depth - 1)


def _refuse_number(text: str) -> object:
    raise ValueError(f"expected an integer, got {text[:40]!r}")


def _integer(text: str) -> int:
    if len(text) > 17:  # 2^53 has 16 digits, and a sign: longer ones are refused before they cost time
        raise ValueError("expected an integer below 2^53 in magnitude, got a longer one")
    return int(text)


def _first_difference(one: bytes, other: bytes) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _refusal(message: str) -> VerificationFailed:
    return VerificationFailed(
        "canonical", message, hint="Ask for the bytes as they were written; do not reformat them."
    )
