# SPDX-License-Identifier: Apache-2.0
"""The shelf of framework changes: one page for each framework, with every version announced or published (D-15)."""

from __future__ import annotations

from dataclasses import replace

from ruleout.app.change_control.pages import change_pages
from ruleout.app.change_control.status import status_of
from ruleout.app.portal.filled import Filled, Wanted, open_objects, place
from ruleout.model.publication import Pinned, VersionStatus
from ruleout.reports.portal.account import File, Item, Shelf

_SAYS = "Every announced or published version beside the one before: what changed, why, who approved it, and what asks less."


def changes(wanted: Wanted) -> Filled:
    """Each framework's page at the instant, from what this audience may read. Effect: reads objects and the workspace.

    Drafts and what differs in the workspace stay out: the account is of the record alone.

    Raises:
        RuleoutError: a change is to be shown, and the solver is not installed.
    """
    may_read = open_objects(wanted)
    by_name: dict[str, list[tuple[VersionStatus, bool]]] = {}
    for one in status_of(wanted.record, wanted.workspace, at=wanted.at):
        if one.pin is not None and one.pin.act:
            shown = replace(one, mismatches=(), workspace_digest="")
            by_name.setdefault(one.name, []).append((shown, _needed(one.pin) <= may_read))
    items, files = [], {}
    for name, found in by_name.items():
        page = [one for one, is_open in found if is_open]
        path = place("frameworks", name, ".html")
        if page:
            files[path] = change_pages(page, wanted.record).encode("utf-8")
        leads = (File(label="page", path=path),) if page else ()
        items.append(Item(title=name, says=_told(page, len(found) - len(page)), files=leads))
    return Filled(shelf=Shelf(id="frameworks", title="Framework changes", says=_SAYS, items=tuple(items)), files=files)


def _needed(pin: Pinned) -> frozenset[str]:
    """What a version's part of the page is drawn from."""
    parts = pin.parts
    return frozenset({parts.framework, parts.change_log, parts.mapping, parts.previous} - {""})


def _told(page: list[VersionStatus], hidden: int) -> str:
    told = ", ".join(f"{one.version} {one.standing.value}" for one in page)
    absent = f"{hidden} not for this audience, or gone" if hidden else ""
    return "; ".join(part for part in (told, absent) if part) + "."
