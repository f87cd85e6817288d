# SPDX-License-Identifier: Apache-2.0
"""How large a log may be: bounds that keep a hostile log from eating memory or time.

Members are decompressed one at a time, so `member_bytes` bounds memory and `total_bytes` bounds time.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one log; going over one is a named refusal, never a silent cut.

    Attributes:
        log_bytes: size of the log as handed in.
        members: entries of a zip's central directory.
        member_bytes: one member, decompressed.
        total_bytes: all members together, decompressed.
        ratio: decompressed over compressed size, for members larger than `ratio_from_bytes`; deflate cannot exceed
            1032, zstandard can exceed any number.
        attempts: samples times epochs, found or promised.
    """

    log_bytes: int = 2 * 2**30
    members: int = 1_000_000
    member_bytes: int = 512 * 2**20
    total_bytes: int = 16 * 2**30
    ratio: int = 400
    ratio_from_bytes: int = 8 * 2**20
    attempts: int = 2_000_000


DEFAULT_LIMITS = Limits()
