# SPDX-License-Identifier: Apache-2.0
"""A roadmap at an instant as one HTML file that needs nothing else: no network, no script, no other file (A-2).

Every value is escaped where it enters the page. Dates come from the data alone: the page refuses a goal whose words name
a day that none of its dates is.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ruleout.model.plain import instant_text
from ruleout.reports.accountability.roadmap_prose import due_words, refuse_stray_dates
from ruleout.reports.accountability.roadmap_shown import TONES, EventShown, GoalShown, RoadmapShown, spelled
from ruleout.reports.accountability.roadmap_timeline import timeline
from ruleout.reports.page import visible

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light dark;--ink:#1a1d21;--paper:#fff;--soft:#5a626c;--line:#d5dae0;--wash:#f4f6f8;
--bad:#9f1d1d;--warn:#7a4b00;--good:#14602e;--plain:#174ea6}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--paper:#14171a;--soft:#a2abb5;--line:#373e46;--wash:#1d2226;
--bad:#ff9a92;--warn:#f2c063;--good:#7ed69a;--plain:#9cc2ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1.05rem;margin:0}
article{border:1px solid var(--line);border-radius:.4rem;padding:.75rem;margin:.75rem 0;break-inside:avoid}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.3rem;padding:0 .4rem;font-size:.85rem}
.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}.plain{color:var(--plain)}.soft{color:var(--soft)}
table{border-collapse:collapse;width:100%}th,td{border:1px solid var(--line);padding:.3rem .5rem;text-align:left;
vertical-align:top;overflow-wrap:normal}th{background:var(--wash)}caption{text-align:left;font-weight:600}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.1rem .75rem;margin:.3rem 0}dt{color:var(--soft)}
dd{margin:0}ul{padding-left:1.2rem;margin:.3rem 0}a{color:var(--plain)}
.wide{overflow-x:auto}svg{max-width:none;font:13px system-ui,sans-serif}svg text{fill:var(--ink)}
svg text.soft{fill:var(--soft)}svg .tick{stroke:var(--line)}svg .today{stroke:var(--ink);stroke-dasharray:4 3}
svg .moved{stroke:var(--warn);stroke-width:2}svg .hollow{fill:var(--paper);stroke:var(--soft);stroke-width:1.5}
svg path.bad,svg circle.bad{fill:var(--bad)}svg path.warn,svg circle.warn{fill:var(--warn)}
svg path.good,svg circle.good{fill:var(--good)}svg path.plain,svg circle.plain{fill:var(--plain)}
@media(max-width:40rem){svg{width:100%;height:auto;min-width:34rem}caption,table,tbody,tr,td{display:block}tr.heads{display:none}
tr{padding:.4rem 0;border-bottom:1px solid var(--line)}td{border:0;padding:.1rem 0}td[data-label]::before{content:attr(data-label);
display:inline-block;min-width:4rem;color:var(--soft)}}
@media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@page{margin:18mm}
@media print{body{max-width:none;font-size:10pt}.wide{overflow:visible}svg{width:100%;height:auto}}
"""
_SIGNS = (
    "Filled: the day that counts. Hollow: the day first set. A line leads from one to the other. A dot: something "
    "reported or graded."
)


def roadmap_page(view: RoadmapShown) -> str:
    """Return the page, a whole HTML document in UTF-8. Pure; the same value gives the same text.

    Raises:
        RuleoutError: the words of a goal name a day that none of its dates is.
    """
    refuse_stray_dates(view)
    heading = f"{view.title}, {view.developer}"
    drawn = timeline(view)
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        f"<title>{_e(heading)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>",
        f"<h1>{_e(heading)}</h1>",
        f"<p>Statuses as of {_e(instant_text(view.at))}, computed from dates, acts and rules.</p>",
        _list(view.says, "soft"),
        f'<div class="wide">{drawn}</div><p class="soft">{_SIGNS}</p>' if drawn else "",
        _overview(view.goals),
        "<h2>Goal by goal</h2>",
        *(_goal(goal) for goal in view.goals),
        f'<p class="soft">{_e(view.source)}</p>' if view.source else "",
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _overview(goals: Iterable[GoalShown]) -> str:
    rows = "\n".join(
        f'<tr><td><a href="#{_e(goal.id)}">{_e(goal.title)}</a></td><td data-label="area">{_e(goal.area)}</td>'
        f'<td data-label="due">{spelled(goal.target) if goal.target else "no date"}</td>'
        f'<td data-label="status">{_status(goal)}</td></tr>'
        for goal in goals
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Goal", "Area", "Due", "Status"))
    return f'<div class="wide"><table><caption>All goals</caption><tr class="heads">{heads}</tr>\n{rows}</table></div>'


def _goal(goal: GoalShown) -> str:
    parts = [
        f'<article id="{_e(goal.id)}"><h3>{_e(goal.title)} {_status(goal)}</h3>',
        f"<p>{_e(goal.says)}</p>",
        _list(goal.because),
        _list(goal.differs, "warn"),
        "<dl>",
        *(_pair("due", due_words(one)) for one in goal.dates),
        _pair("graded", " ".join(goal.rule) or "no rule is stated"),
        _pair("confidence", goal.confidence or "none stated"),
        _pair("reported", goal.reported or "nothing"),
        "</dl>",
        _history(goal.history),
        "</article>",
    ]
    return "\n".join(part for part in parts if part)


def _history(events: Iterable[EventShown]) -> str:
    shown = "".join(
        f"<li>{spelled(event.on)}, {_e(event.what)}{': ' if event.says else ''}{_e(event.says)}</li>"
        for event in events
    )
    return f"<details open><summary>History</summary><ul>{shown}</ul></details>" if shown else ""


def _status(goal: GoalShown) -> str:
    return f'<span class="tag {TONES.get(goal.status, "plain")}">{_e(goal.status)}</span>'


def _pair(term: str, words: str) -> str:
    return f"<dt>{term}</dt><dd>{_e(words)}</dd>"


def _list(items: Iterable[str], tone: str = "") -> str:
    shown = "".join(f"<li>{_e(item)}</li>" for item in items)
    opening = f'<ul class="{tone}">' if tone else "<ul>"
    return f"{opening}{shown}</ul>" if shown else ""


def _e(text: str) -> str:
    return escape(visible(text), quote=True)
