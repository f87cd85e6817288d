# SPDX-License-Identifier: Apache-2.0
"""The audit record of a gateway: what a record holds, how records stand in a segment, what is wrong with one (G-8).

`records` says what is kept of a request, `segment` how records are chained and read again, `findings` what a whole
folder of segments shows and what the log says of it.
"""

from ruleout.serving.audit.records import (
    Content,
    Ended,
    Gap,
    HookSaid,
    Opened,
    OpenForm,
    Record,
    Refused,
    Shadowed,
    Started,
    ToolUse,
    end_record,
    form_of,
    gap_record,
    open_record,
    read_record,
    refused_record,
    start_record,
)
from ruleout.serving.audit.segment import (
    MAX_RECORD_BYTES,
    Fault,
    Kept,
    Parsed,
    Place,
    Wrong,
    first_head,
    frame,
    parse_segment,
)

__all__ = [
    "MAX_RECORD_BYTES", "Content", "Ended", "Fault", "Gap", "HookSaid", "Kept", "OpenForm", "Opened", "Parsed", "Place", "Record", "Refused", "Shadowed",
    "Started", "ToolUse", "Wrong", "end_record", "first_head", "form_of", "frame", "gap_record", "open_record", "parse_segment",
    "read_record", "refused_record", "start_record",
]  # fmt: skip
