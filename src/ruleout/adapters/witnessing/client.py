# SPDX-License-Identifier: Apache-2.0
"""Asking a witness over HTTP: bounded answers, bounded waiting, no redirects, TLS but on this machine itself (L-8)."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ruleout.adapters.clock import seconds
from ruleout.errors import RuleoutError

MAX_ANSWER_BYTES = 64 * 1024
#: Seconds for one exchange of bytes, and for a witness altogether.
STEP_TIMEOUT_S = 5.0
WHOLE_TIMEOUT_S = 12.0
_LOOPBACK = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")

Asked = TypeVar("Asked")
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a witness answered; status 0 if it could not be asked, with the reason as body."""

    status: int
    body: str


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like another: nobody is sent on to an address that no policy names."""

    def redirect_request(self, *_: object) -> None:
        return None


def is_allowed_url(url: str) -> bool:
    """Say whether a witness may be asked at an address: https, or http on this machine itself. Pure."""
    return url.startswith(("https://", *_LOOPBACK)) and all(0x21 <= ord(char) < 0x7F for char in url)


def post(url: str, body: bytes) -> Reply:
    """Put a checkpoint to the witness whose address begins with `url`. Effect: one HTTP request. Never raises."""
    if not is_allowed_url(url):
        return Reply(status=0, body="expected an https address")
    address = url.rstrip("/") + "/add-checkpoint"
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "text/plain"})  # noqa: S310 - checked
    opener = urllib.request.build_opener(_NoRedirects())
    try:
        with opener.open(request, timeout=STEP_TIMEOUT_S) as answer:
            return Reply(status=answer.status, body=_text(answer.read(MAX_ANSWER_BYTES)))
    except urllib.error.HTTPError as error:
        with error:
            return _refused(error)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        return Reply(status=0, body=(getattr(reason, "strerror", None) or str(reason) or type(reason).__name__)[:200])


def _refused(error: urllib.error.HTTPError) -> Reply:
    try:
        return Reply(status=error.code, body=_text(error.read(MAX_ANSWER_BYTES)))
    except (OSError, http.client.HTTPException) as broken:
        return Reply(status=0, body=str(broken)[:200])


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def ask_all(asked: Sequence[Asked], ask: Callable[[Asked], Told], *, silent: Callable[[Asked], Told]) -> list[Told]:
    """Return what each was told, all asked at once; whoever takes too long is left behind, as `silent` says.

    Effect: threads, which do not keep the process. Raises the RuleoutError that `ask` raises.
    """
    told: dict[int, Told] = {}
    broken: list[RuleoutError] = []
    threads = [
        threading.Thread(target=_put, args=(told, broken, lambda one=one: ask(one), nth), daemon=True)
        for nth, one in enumerate(asked)
    ]
    for thread in threads:
        thread.start()
    waiting = _Deadline(WHOLE_TIMEOUT_S)
    for thread in threads:
        thread.join(waiting.left())
    if broken:  # what goes wrong on our side is no silence of theirs
        raise broken[0]
    return [told[nth] if nth in told else silent(one) for nth, one in enumerate(asked)]


def _put(told: dict[int, Told], broken: list[RuleoutError], ask: Callable[[], Told], nth: int) -> None:
    try:
        told[nth] = ask()
    except RuleoutError as error:  # raised again by who waits
        broken.append(error)


class _Deadline:
    """Seconds that are left of a span that began when it was made."""

    def __init__(self, span_s: float) -> None:
        self._end = seconds() + span_s

    def left(self) -> float:
        return max(0.0, self._end - seconds())
