# SPDX-License-Identifier: Apache-2.0
"""Why a gateway does not serve: a closed list of grounds, and what a client is told of them (G-10)."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple


class Why(Enum):
    """The ground of a refusal or a cut. The values stand in answers, audit records and metrics."""

    UNAUTHENTICATED = "unauthenticated"
    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    NOT_PERMITTED = "not-permitted"
    RED_LINE = "red-line"
    FLOOR_FAILED = "floor-failed"
    NO_POLICY = "no-policy"
    FORBIDDEN = "forbidden"
    FAILED = "failed"
    NOT_ALLOWED = "not-allowed"
    TOOL = "tool"
    APPROVAL = "approval"
    HOOK = "hook"
    LIMIT = "limit"
    KILLED = "killed"
    LEASE = "lease"
    CLOSED = "closed"
    AUDIT = "audit"
    OVERLOADED = "overloaded"
    UPSTREAM = "upstream"


#: The HTTP status that goes with each ground, where no byte of an answer has left yet. Of a kill it is not 503: on that, clients ask
#: again, some without end, and balancers ask another host; what people have killed is forbidden until people give it back.
STATUS = {
    Why.UNAUTHENTICATED: 401,
    Why.MALFORMED: 400,
    Why.TOO_LARGE: 413,
    Why.LIMIT: 429,
    Why.LEASE: 503,
    Why.CLOSED: 503,
    Why.AUDIT: 503,
    Why.OVERLOADED: 503,
    Why.UPSTREAM: 502,
}
#: Every other ground: understood, and not allowed.
DEFAULT_STATUS = 403

#: From the first slash of a whole path to the last, over names with spaces; what follows a colon and a space is said of it.
_FOLDERS = re.compile(r"(?<![\w/:.])/(?:[^:\n]|:(?! ))*/")


def without_folders(says: str) -> str:
    """Return words for anybody: files by their names alone, not where they lie; between two in one clause, only the last. Pure."""
    return _FOLDERS.sub("", says)


class Refusal(NamedTuple):
    """Why something is refused or cut, as data. A named tuple: many may be made.

    Attributes:
        why: the ground.
        says: one sentence for a person; never a secret, never content of a request.
        request: the gateway's own id of the request, which the audit record holds too.
        rules: ids of the rules, limits, hooks or kills that decided.
        failed: ids of what could not be evaluated.
        bundle: `NAME@VERSION` of the policy that decided, "" where none did.
        permit: id of the permit under which was looked, "" where there is none.
        retry_after_s: whole seconds after which asking again may help; 0 where it will not.
        upstream_status: an upstream's own HTTP status (400 to 599) where a client can act on it; else 0.
    """

    why: Why
    says: str
    request: str = ""
    rules: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    bundle: str = ""
    permit: str = ""
    retry_after_s: int = 0
    upstream_status: int = 0

    @property
    def status(self) -> int:
        """The HTTP status of a refusal before the first byte."""
        return self.upstream_status or STATUS.get(self.why, DEFAULT_STATUS)

    def plain(self) -> dict[str, object]:
        """The machine-readable part of every refusal: under `ruleout` in each wire format's own error (G-10). Pure."""
        return {
            "why": self.why.value,
            "request": self.request,
            "rules": list(self.rules),
            "failed": list(self.failed),
            "bundle": self.bundle,
            "permit": self.permit,
        }
