# SPDX-License-Identifier: Apache-2.0
"""What an audit record holds: digests, names, counts and verdicts of one request; content only as ciphertext (G-8).

Five kinds. `start` opens a segment, `open` is durable before the first byte of an answer leaves, `end` says how it
ended, `refused` stands for a request that was not served, `gap` says that records before it may be lost. An `open`
without an `end` is evidence too: the process ended, or the disk failed, while the answer was under way.

Records are JSON with fields in the order below; a field that has its default is left out. Instants are nanoseconds
since 1970 in UTC as the gateway's clock had them: a statement, not proof of time.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import msgspec

from ruleout.errors import VerificationFailed

VERSION = 1
#: Counts and numbers are read as far as canonical JSON has them, instants as far as 64 bits do.
_Count = Annotated[int, msgspec.Meta(ge=-1, le=2**53 - 1)]
_Instant = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class HookSaid(NamedTuple):
    """A hook's verdict on a request or an answer: `allow`, `near` for an allow that was close, `deny`, or how it failed."""

    hook: str
    verdict: str


class ToolUse(NamedTuple):
    """A tool call in an answer: the SHA-256 (hex) of its arguments' text, and whether it went out: `allow`, `deny`, …"""

    tool: str
    arguments: str
    verdict: str


class Shadowed(NamedTuple):
    """A bundle in shadow that would have decided otherwise, or cannot be asked: it changed nothing (G-10).

    `would` is `allow`, `deny` or `error`; `rules` are those of its `bundle` (NAME@VERSION) that decided, `failed` those that
    could not be evaluated; `tool` is the tool whose call it was about, "" for the request itself.
    """

    shadow: str
    bundle: str
    would: str
    rules: tuple[str, ...]
    failed: tuple[str, ...]
    tool: str


class Content(NamedTuple):
    """What was said, encrypted: the key's id (`DAY-…`, tells no tenant), and nonce with ciphertext in base64."""

    key: str
    sealed: str


class _Base(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, tag_field="kind"):
    """How every record is written: closed fields, defaults left out."""


class Started(_Base, frozen=True, tag="start"):
    """The first record of a segment.

    Attributes:
        at: when, in ns.
        segment: its own name: a segment under another name is found.
        worker: who writes it.
        v: version of the form.
        previous: the segment that this worker wrote before, "" for none that it knows of.
        previous_last: number of the last whole record there, -1 for none.
        previous_head: the head (hex) behind that record.
        why: `started`, `full` where the one before was full, `failed` where the disk failed.
    """

    at: _Instant
    segment: str
    worker: str
    v: _Count = VERSION
    previous: str = ""
    previous_last: _Count = -1
    previous_head: str = ""
    why: str = "started"


class Opened(_Base, frozen=True, tag="open"):
    """A request that is about to be served.

    Attributes:
        at: when, in ns.
        request: the gateway's own id of it, which the client is told too.
        tenant: whose key it came with, `tier` and `key` (the key's id, never the key).
        endpoint: the wire format; `model` as asked for, `weights` the digest (hex) that is served under the name.
        permit: id of the permit.
        body: SHA-256 (hex) of the request's body.
        rules: ids of the rules that allowed it, under `bundle` (NAME@VERSION); `floor` is the floor's NAME@VERSION.
        epoch: number of the kill state that was seen.
        hooks: verdicts on the input.
        tools: names of the tools offered, or called.
        content: the body, encrypted; None unless the permit says so.
        degraded: SHA-256 (hex) of the grant by which it is served without a lease; "" under a lease (G-7).
        shadows: what a bundle in shadow would have decided otherwise up to here.
    """

    at: _Instant
    request: str
    tenant: str
    tier: str
    key: str
    endpoint: str
    model: str
    weights: str
    permit: str
    body: str
    rules: tuple[str, ...] = ()
    bundle: str = ""
    floor: str = ""
    epoch: _Count = 0
    hooks: tuple[HookSaid, ...] = ()
    tools: tuple[str, ...] = ()
    content: Content | None = None
    degraded: str = ""
    shadows: tuple[Shadowed, ...] = ()


class Refused(_Base, frozen=True, tag="refused"):
    """A request that was not served. Fields as in `Opened`; what was not known yet is ""; `why` is the ground.

    `status` is the HTTP status of the answer, `failed` what could not be evaluated.
    """

    at: _Instant
    request: str
    why: str
    status: _Count
    tenant: str = ""
    tier: str = ""
    key: str = ""
    endpoint: str = ""
    model: str = ""
    weights: str = ""
    permit: str = ""
    body: str = ""
    rules: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    bundle: str = ""
    floor: str = ""
    epoch: _Count = 0
    hooks: tuple[HookSaid, ...] = ()
    tools: tuple[str, ...] = ()
    content: Content | None = None
    shadows: tuple[Shadowed, ...] = ()


class Ended(_Base, frozen=True, tag="end"):
    """How a request that was opened ended.

    Attributes:
        at: when, in ns.
        request: its id.
        how: `whole`, `cut` by the gateway, `left` by the client, `failed` upstream.
        status: HTTP status that was sent; 0 where none was.
        sent_bytes: how many bytes of the answer went out, and `sent` their SHA-256 (hex).
        tokens_in: tokens as upstream counted them, and `tokens_out`.
        calls: tool calls in the answer.
        why: the ground of a cut, with `rules` and `failed` as in a refusal.
        hooks: verdicts on the output.
        content: the answer, encrypted; None unless the permit says so.
        degraded: SHA-256 (hex) of the grant by which some of it went on without a lease; "" under a lease (G-7).
        shadows: what a bundle in shadow would have decided otherwise about calls of tools since the `open`.
    """

    at: _Instant
    request: str
    how: str
    status: _Count
    sent_bytes: _Count
    sent: str
    tokens_in: _Count = 0
    tokens_out: _Count = 0
    calls: tuple[ToolUse, ...] = ()
    why: str = ""
    rules: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    hooks: tuple[HookSaid, ...] = ()
    content: Content | None = None
    degraded: str = ""
    shadows: tuple[Shadowed, ...] = ()


class Gap(_Base, frozen=True, tag="gap"):
    """Records may be lost before this one: what failed, and how many had been taken and were not acknowledged.

    `segment` is the one that failed, `last` the number of its last acknowledged record (-1 for none). None of the
    requests behind them was answered: whoever waits for a record is refused when it fails.
    """

    at: _Instant
    segment: str
    last: _Count
    lost: _Count
    reason: str


Record = Started | Opened | Refused | Ended | Gap

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Record)


def open_record(one: Opened) -> bytes:
    """Return the record of a request that is about to be served. Pure; not checked: what it holds is the gateway's own."""
    return _ENCODER.encode(one)


class OpenForm(NamedTuple):
    """What `open` records of requests that ask the same have in common: all but the instant, the id and the body's digest."""

    before: str
    between: str
    after: str

    def filled(self, at: int, request: str, body: str) -> bytes:
        """Return the record of one of them; `request` and `body` are hex digits of the gateway's own. Pure."""
        return f"{self.before}{at}{_REQUEST}{request}{self.between}{body}{self.after}".encode()


#: How fields follow each other in a record. No text in it holds such a mark: there a quotation mark stands behind a backslash.
_REQUEST, _BODY = ',"request":"', '"body":"'


def form_of(one: Opened) -> OpenForm:
    """Return the form of a record whose instant is 0 and whose id and body are "". Pure."""
    before, _, rest = open_record(one).decode().partition("0" + _REQUEST)
    between, mark, after = rest.partition(_BODY)
    return OpenForm(before, between + mark, after)


def end_record(one: Ended) -> bytes:
    """Return the record of how a request ended. Pure."""
    return _ENCODER.encode(one)


def refused_record(one: Refused) -> bytes:
    """Return the record of a request that was refused. Pure."""
    return _ENCODER.encode(one)


def start_record(one: Started) -> bytes:
    """Return the first record of a segment. Pure."""
    return _ENCODER.encode(one)


def gap_record(one: Gap) -> bytes:
    """Return the record of a gap. Pure."""
    return _ENCODER.encode(one)


def read_record(data: bytes) -> Record:
    """Return what a record says.

    Pure; strict: one spelling, as it is written.

    Raises:
        VerificationFailed: check "audit"; it is no record of a known kind and form.
    """
    try:
        found: Record = _DECODER.decode(data)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise VerificationFailed("audit", f"expected a record of a known kind, got {str(error)[:100]}") from error
    if _ENCODER.encode(found) != data:
        raise VerificationFailed("audit", "expected a record as it is written, got another spelling")
    return found


def plain_record(one: Record) -> dict[str, object]:
    """Return a record as a JSON value, its defaults left out, without its instant and its ciphertext. Pure."""
    made: dict[str, object] = msgspec.json.decode(_ENCODER.encode(one))
    return {name: value for name, value in made.items() if name not in ("at", "content")}
