# SPDX-License-Identifier: Apache-2.0
"""The announced changes of a framework as one HTML file that needs nothing else and runs nothing (D-15).

Both texts stand side by side, with why each change was made and the state that shows what a weakening lets pass. Every
value is escaped where it enters the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ruleout.model.change_log import ChangeLog
from ruleout.model.framework import Framework
from ruleout.model.publication import ChangeAct, Refusal, VersionStatus
from ruleout.reports.change_control.change_card import card, pair_of, tag
from ruleout.reports.change_control.style import STYLE

if TYPE_CHECKING:
    from ruleout.analysis.announced.differences import Differences

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_DISCLAIMER = "Compares what documents demand, as encoded here. It says nothing of what is practised or what is safe."
_WORDS = {
    ChangeAct.PROPOSE: "Proposed",
    ChangeAct.CONSULT: "Consulted",
    ChangeAct.NOTIFY: "Told",
    ChangeAct.APPROVE: "Approved",
    ChangeAct.REFUSE: "Refused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One version for the page.

    Attributes:
        status: how it stands.
        old, new: the version before it, and itself; `old` None for a first one.
        log: its change log.
        found: what differs.
        refusals: what the change log does not tell as it is; none for what was published by the rules.
    """

    status: VersionStatus
    old: Framework | None
    new: Framework
    log: ChangeLog | None
    found: Differences | None
    refusals: tuple[Refusal, ...] = ()


def changes_html(versions: Iterable[Shown]) -> str:
    """Return the page of some versions, a whole HTML document in UTF-8. Pure; the same values give the same text."""
    shown = list(versions)
    names = ", ".join(dict.fromkeys(one.status.name for one in shown)) or "no framework"
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        f"<title>Changes of {escape(names)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>",
        f"<h1>Changes of {escape(names)}</h1>",
        f'<p class="quiet">{_DISCLAIMER}</p>',
        *([] if shown else ["<p>Nothing was announced or published.</p>"]),
        *(_version(one) for one in shown),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _version(one: Shown) -> str:
    status = one.status
    before = "" if one.old is None else f' <span class="quiet">in place of {escape(one.old.id.version)}</span>'
    wrong = (*status.mismatches, *status.irregular, *(refusal.says for refusal in one.refusals))
    tone = "wrong" if wrong else "good" if status.standing.value == "in force" else "waiting"
    return "\n".join(
        [
            f"<h2>{escape(status.name)} {escape(status.version)}{before}</h2>",
            f"<p>{tag(status.standing.value, tone)}</p>",
            *(f'<p class="wrong">{escape(says)}</p>' for says in wrong),
            _steps(status),
            *_changes(one),
            _pinned(one),
        ]
    )


def _changes(one: Shown) -> Iterable[str]:
    if one.log is None or one.found is None or one.old is None:
        yield '<p class="quiet">A first version changes nothing.</p>'
        return
    found = {difference.clause: difference for difference in one.found.found}
    order = sorted(one.log.changes, key=lambda change: (not change.kind.is_less, not change.material))
    less = sum(change.kind.is_less for change in order)
    count = f"{len(order)} {'change' if len(order) == 1 else 'changes'} announced"
    asks = (
        "None asks less than before."
        if not less
        else f"{less} of them {'asks' if less == 1 else 'ask'} less than before"
    )
    yield f"<p>{count}. {asks}{', shown first.' if less else ''}</p>"
    pair = pair_of(one.old, one.new)
    yield from (card(change, found, pair) for change in order)


def _steps(status: VersionStatus) -> str:
    """When it takes effect, and who did what for it."""
    pin, needs = status.pin, status.needs
    if pin is None:
        return ""
    rows = [("Takes effect", pin.effective.isoformat())]
    acts = [act for act in status.acts if act.digest == status.digest]
    for kind, word in _WORDS.items():
        mine = [f"by {act.role} on {act.at.date()}" for act in acts if act.act is kind]
        rows += [(word, "\n".join(mine))] if mine else []
    rows += [("Published" if pin.act == "publish" else "Announced", f"on {pin.at.date()}")]
    rows += [("Missing", ", ".join(needs.missing))] if needs.missing else []
    rows += [("Refused by", ", ".join(needs.refused))] if needs.refused else []
    rows += [("Notice", f"runs; may be published from {needs.until} on (UTC)")] if needs.until else []
    return _table((name, escape(text).replace("\n", "<br>")) for name, text in rows)


def _pinned(one: Shown) -> str:
    """The texts by digest: with these, anybody finds another upload under the same label."""
    pin = one.status.pin
    if pin is None:
        return ""
    digests = [
        (f"Framework file {one.new.id.version}", pin.parts.framework),
        ("Change log", pin.parts.change_log),
        ("Mapping file", pin.parts.mapping),
        (f"Document {one.new.id.version}", pin.parts.document),
    ]
    if one.old is not None:
        digests += [(f"Framework file {one.old.id.version}", pin.parts.previous)]
        digests += [(f"Document {one.old.id.version}", one.old.document.sha256)]
    rows = [(name, f"<code>{escape(digest)}</code>") for name, digest in digests if digest]
    entry = [("Entry of the record", f"<code>{escape(pin.entry)}</code>")]
    return "<h4>Pinned, by SHA-256</h4>" + _table([*rows, *entry])


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """A table of rows; what stands right is escaped already."""
    told = "".join(f"<tr><th>{escape(name)}</th><td>{html}</td></tr>" for name, html in rows)
    return f"<table><tbody>{told}</tbody></table>"
