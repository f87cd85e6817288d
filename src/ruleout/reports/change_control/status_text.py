# SPDX-License-Identifier: Apache-2.0
"""How the versions of a framework stand, as a page and as a value (D-15)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ruleout.model.plain import instant_text
from ruleout.model.publication import ChangeAct, Signed, Standing, VersionStatus
from ruleout.reports.change_control.publish_text import needs_lines, needs_value, parts_value
from ruleout.reports.page import Line, labelled

_TONES = {
    Standing.IN_FORCE: "good",
    Standing.WAITING: "warn",
    Standing.HELD: "warn",
    Standing.READY: "warn",
    Standing.LAPSED: "bad",
    Standing.CONFLICT: "bad",
}
_WORDS = {
    ChangeAct.PROPOSE: "proposed",
    ChangeAct.CONSULT: "consulted",
    ChangeAct.NOTIFY: "told",
    ChangeAct.APPROVE: "approved",
    ChangeAct.REFUSE: "refused",
}


def status_page(found: Iterable[VersionStatus], *, at: datetime, width: int) -> list[Line]:
    """Return the page of versions. Pure."""
    lines = [Line(f"As of {instant_text(at)}", "dim")]
    for one in found:
        tone = "bad" if one.mismatches or one.irregular else _TONES.get(one.standing, "")
        lines += [Line(""), Line(f"{one.name}@{one.version}  {one.standing.value}", tone or "title")]
        lines += _pin_lines(one, width=width)
        for act in one.acts:
            lines += labelled(_WORDS[act.act], _act(act, one.digest), width=width)
        lines += needs_lines(one.needs, width=width)
        for says in one.mismatches:
            lines += labelled("Differs", says, width=width, tone="bad")
        for says in one.irregular:
            lines += labelled("Irregular", says, width=width, tone="bad")
    return lines


def _pin_lines(one: VersionStatus, *, width: int) -> list[Line]:
    if one.pin is None:
        return labelled("File", f"{one.workspace_digest[:12]}, in the workspace alone", width=width)
    parts = one.pin.parts
    named = [f"framework {parts.framework[:12]} ({one.pin.size} bytes)"]
    named += [f"change log {parts.change_log[:12]}"] if parts.change_log else []
    named += [f"document {parts.document[:12]}{'' if one.pin.has_document else ', its bytes not kept'}"]
    lines = labelled("Effective", f"{one.pin.effective}", width=width)
    lines += labelled("Pinned", f"{', '.join(named)}; by {one.pin.entry}", width=width)
    return lines


def _act(act: Signed, digest: str) -> str:
    counts = "" if act.digest == digest else ", over another text: it does not count"
    return f"by {act.role} on {act.at.date()}{counts}"


def status_value(one: VersionStatus) -> dict[str, object]:
    """Return a version's standing as a JSON value. Pure."""
    pin = one.pin
    return {
        "framework": one.name,
        "version": one.version,
        "standing": one.standing.value,
        "effective": None if pin is None else pin.effective.isoformat(),
        "entry": None if pin is None else pin.entry,
        "at": None if pin is None else instant_text(pin.at),
        "parts": None if pin is None else parts_value(pin.parts),
        "document_kept": pin is not None and pin.has_document,
        "size": None if pin is None else pin.size,
        "digest": one.digest or None,
        "needs": needs_value(one.needs),
        "acts": [
            {
                "entry": act.entry,
                "act": act.act.value,
                "role": act.role,
                "at": instant_text(act.at),
                "counts": act.digest == one.digest,
            }
            for act in one.acts
        ],
        "workspace_digest": one.workspace_digest or None,
        "mismatches": list(one.mismatches),
        "irregular": list(one.irregular),
    }
