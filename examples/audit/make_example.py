# SPDX-License-Identifier: Apache-2.0
"""Make the two segments of `segments/`: what one worker of an invented gateway wrote in a minute and a bit.

    python examples/audit/make_example.py

A request served whole, one refused by a red line, one cut by a kill, a disk that was full, and a request without an end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ruleout.serving.audit import (
    Ended,
    Gap,
    HookSaid,
    Opened,
    Refused,
    Started,
    ToolUse,
    end_record,
    first_head,
    frame,
    gap_record,
    open_record,
    refused_record,
    start_record,
)

FOLDER = Path(__file__).resolve().parent / "segments"
AT, SECOND = 1_795_424_400_000_000_000, 1_000_000_000  # 2026-11-23T09:00:00Z
WORKER = "host-1.w0"
FIRST, NEXT = (f"{WORKER}-{at:020d}-{number:08d}" for at, number in ((AT, 1), (AT + 60 * SECOND, 2)))


def digest(text: str) -> str:
    """A digest of something that was said."""
    return hashlib.sha256(text.encode()).hexdigest()


def opened(number: int) -> bytes:
    """A request of the one tenant."""
    return open_record(
        Opened(
            at=AT + number * SECOND,
            request=f"req-{number}",
            tenant="acme",
            tier="paid",
            key="k-1",
            endpoint="openai-chat-completions",
            model="helper",
            weights=digest("weights"),
            permit="helper-1",
            body=digest(f"asked {number}"),
            rules=("may-chat",),
            bundle="acme@3",
            floor="lab-floor@1",
            epoch=4,
            hooks=(HookSaid("agent-watch", "allow"),),
        )
    )


def ended(number: int, how: str, why: str = "") -> bytes:
    """Its end, a second later."""
    return end_record(
        Ended(
            at=AT + (number + 1) * SECOND,
            request=f"req-{number}",
            how=how,
            status=200,
            sent_bytes=512,
            sent=digest(f"answered {number}"),
            tokens_in=12,
            tokens_out=34,
            calls=(ToolUse("web-search", digest("{}"), "allow"),),
            why=why,
            rules=("kill/7",) if why else (),
        )
    )


def refused(number: int) -> bytes:
    """A request that crosses a red line."""
    return refused_record(
        Refused(
            at=AT + number * SECOND,
            request=f"req-{number}",
            why="red-line",
            status=403,
            tenant="acme",
            tier="paid",
            rules=("nobody-is-watched",),
            bundle="lab-floor@1",
        )
    )


def write(name: str, records: Sequence[bytes]) -> bytes:
    """Write one segment and return the head behind it."""
    head, data = first_head(name), b""
    for record in records:
        framed, head = frame(head, record)
        data += framed
    (FOLDER / f"{name}.audit").write_bytes(data)
    return head


def main() -> None:
    """Write both."""
    FOLDER.mkdir(exist_ok=True)
    records = [opened(1), ended(1, "whole"), refused(2), opened(3), ended(3, "cut", "killed")]
    head = write(FIRST, [start_record(Started(at=AT, segment=FIRST, worker=WORKER)), *records])
    at, last = AT + 60 * SECOND, len(records)
    start = Started(
        at=at,
        segment=NEXT,
        worker=WORKER,
        previous=FIRST,
        previous_last=last,
        previous_head=head.hex(),
        why="failed",
    )
    gap = Gap(at=at, segment=FIRST, last=last, lost=2, reason="OSError: [Errno 28] No space left on device")
    write(NEXT, [start_record(start), gap_record(gap), opened(61)])


if __name__ == "__main__":
    main()
