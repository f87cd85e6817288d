# SPDX-License-Identifier: Apache-2.0
"""A comparison of two versions as one HTML file that needs nothing else: no network, no fonts, no other file (D-15).

Every value is escaped where it enters the page. The page works without its script; the script only filters rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ruleout.analysis.compare.result import (
    ActivityComparison,
    ClauseChange,
    ClauseShown,
    Comparison,
    Direction,
    FieldChange,
    Gated,
    Witness,
)
from ruleout.model.mapping import ChangeKind
from ruleout.model.outcome import Activity
from ruleout.reports.compare_text import clause_counts, grouped, verdict_words

_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
_ABOUT_STATES = "Each state says what is not in order; everything else is. Both versions decided every state."
_STYLE = """
:root{color-scheme:light dark;--ink:#1a1d21;--paper:#fff;--soft:#5a626c;--line:#d5dae0;--wash:#f4f6f8;
--bad:#9f1d1d;--warn:#7a4b00;--good:#14602e;--link:#174ea6}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--paper:#14171a;--soft:#a2abb5;--line:#373e46;--wash:#1d2226;
--bad:#ff9a92;--warn:#f2c063;--good:#7ed69a;--link:#9cc2ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;margin:0}
article{border:1px solid var(--line);border-radius:.4rem;padding:.75rem;margin:.75rem 0;break-inside:avoid}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.3rem;padding:0 .4rem;margin:0 .3rem .2rem 0;
font-size:.85rem}
.removed,.weakened,.looser,.wrong{color:var(--bad)}.uncoded,.incomparable,.changed{color:var(--warn)}
.strengthened,.added,.stricter,.equivalent{color:var(--good)}.quiet{color:var(--soft)}
ul{padding-left:1.2rem;margin:.3rem 0}li{margin:.2rem 0}
summary{cursor:pointer;color:var(--link)}summary:focus-visible,select:focus-visible{outline:2px solid var(--link)}
.filters{display:flex;flex-wrap:wrap;gap:.75rem;background:var(--wash);padding:.75rem;border-radius:.4rem}
.filters label{display:flex;flex-direction:column;font-size:.85rem}
select{font:inherit;max-width:100%;color:inherit;background:var(--paper);border:1px solid var(--line)}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.1rem .75rem;margin:.3rem 0}dt{color:var(--soft)}
dd{margin:0}[hidden]{display:none}
@media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@page{margin:18mm}
@media print{.filters{display:none}body{max-width:none;font-size:10pt}article[hidden]{display:block}}
"""
_SCRIPT = """
(function(){var all=document.querySelectorAll('[data-change]'),picks=document.querySelectorAll('.filters select'),
count=document.getElementById('count');function sift(){var shown=0;all.forEach(function(row){
var keep=true;picks.forEach(function(p){if(p.value&&row.getAttribute('data-'+p.name)!==p.value)keep=false});
row.hidden=!keep;if(keep)shown+=1});count.textContent=shown+' of '+all.length+' shown'}
picks.forEach(function(p){p.addEventListener('change',sift)});
document.querySelector('.filters').hidden=false;sift();
addEventListener('beforeprint',function(){document.querySelectorAll('details').forEach(function(d){d.open=true})})})();
"""


def comparison_html(comparison: Comparison) -> str:
    """Return the page of a comparison, a whole HTML document in UTF-8. Pure; the same value gives the same text."""
    heading = f"{comparison.old} → {comparison.new}"
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        f"<title>{escape(heading)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
        f"<main>\n<h1>{escape(heading)}</h1>",
        f"<p>{escape(verdict_words(comparison))}. {escape(comparison.disclaimer)}</p>",
        _list(comparison.warnings, "changed"),
        "<h2>Outcomes</h2>",
        f'<p class="quiet">{_ABOUT_STATES}</p>',
        *(_activity(activities, one) for activities, one in grouped(comparison.activities)),
        _list((f"not proved: {text}" for text in comparison.not_proved), "wrong"),
        *_lapses(comparison.lapses),
        *_clauses(comparison),
        *_changelog(comparison),
        f"</main>\n<script>{_SCRIPT}</script>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _list(items: Iterable[str], tone: str = "") -> str:
    shown = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f'<ul class="{tone}">{shown}</ul>' if shown else ""


def _activity(activities: tuple[Activity, ...], one: ActivityComparison) -> str:
    names = escape(", ".join(activity.value for activity in activities))
    parts = [f"<article><h3>{names} {_tag(one.verdict.value)}</h3>"]
    uncovered = (f"{name} has no rule for this; what no rule covers holds (D-7)." for name in one.uncovered)
    parts.append(_list(uncovered, "changed"))
    parts += [_states("The newer version is looser", one.looser, "looser")]
    parts += [_states("The newer version is stricter", one.stricter, "stricter")]
    parts += [_force("Only a weaker force stands behind the same outcome", one.weaker_in_force)]
    parts += [_force("A stronger force stands behind the same outcome", one.stronger_in_force)]
    parts += [_list((f"not proved: {text}" for text in one.not_proved), "wrong"), "</article>"]
    return "\n".join(part for part in parts if part)


def _states(heading: str, witnesses: tuple[Witness, ...], tone: str) -> str:
    if not witnesses:
        return ""
    first, rest = witnesses[0], witnesses[1:]
    shown = f'<p><strong class="{tone}">{escape(heading)}</strong><br>{escape(first.text)}</p>'
    if not rest:
        return shown
    return f"{shown}<details><summary>{len(rest)} more</summary>{_list(w.text for w in rest)}</details>"


def _force(heading: str, witness: Witness | None) -> str:
    if witness is None:
        return ""
    forces = f"{witness.old.force.value} → {witness.new.force.value}"
    return f"<p><strong>{escape(heading)}</strong> ({escape(forces)})<br>{escape(witness.text)}</p>"


def _lapses(lapses: tuple[Gated, ...]) -> list[str]:
    if not lapses:
        return []
    rows = (f"<dt>{escape(lapse.clause)}</dt><dd>{escape(lapse.says)}<br>{_state(lapse)}</dd>" for lapse in lapses)
    return ["<h2>Findings that lapse under one version only</h2>", f"<dl>{''.join(rows)}</dl>"]


def _state(gated: Gated) -> str:
    return f'<span class="quiet">{escape(gated.witness.activity.value)}:</span> {escape(gated.witness.text)}'


def _clauses(comparison: Comparison) -> list[str]:
    told = [change for change in comparison.clauses if _is_told(change)]
    kept = [change for change in comparison.clauses if not _is_told(change)]
    retained = (f"{change.old[0].id}" for change in kept if change.old)
    return [
        "<h2>Clauses</h2>",
        f"<p>{escape(clause_counts(told, retained=len(kept)))}</p>",
        _filters(told),
        *(_clause(change) for change in told),
        f"<details><summary>{len(kept)} retained</summary>{_list(retained)}</details>",
    ]


def _is_told(change: ClauseChange) -> bool:
    return change.change is not ChangeKind.RETAINED or bool(change.contradictions)


def _filters(changes: list[ClauseChange]) -> str:
    kinds = (("change", "Change"), ("announced", "Changelog"), ("coded", "Coded"), ("step", "Step"))
    selects = []
    for name, label in kinds:
        values = dict.fromkeys(_data(change)[name] for change in changes)
        options = "".join(f'<option value="{escape(value)}">{escape(value)}</option>' for value in values)
        if len(values) > 1:
            selects.append(
                f'<label>{label}<select name="{name}"><option value="">all</option>{options}</select></label>'
            )
    return f'<div class="filters" hidden>{"".join(selects)}<span id="count" role="status"></span></div>'


def _data(change: ClauseChange) -> dict[str, str]:
    return {
        "change": _word(change),
        "announced": "not coded" if change.announced is None else change.announced.value,
        "coded": "contradicted" if change.contradictions else "yes" if change.coded else "no",
        "step": change.step,
    }


def _word(change: ClauseChange) -> str:
    return "changed" if change.change is None else change.change.value


def _tag(text: str, tone: str = "") -> str:
    return f'<span class="tag {escape(tone or text)}">{escape(text)}</span>'


def _clause(change: ClauseChange) -> str:
    data = "".join(f' data-{name}="{escape(value)}"' for name, value in _data(change).items())
    tags = [_tag(_word(change)), *(_tag(dimension.value, "quiet") for dimension in change.dimensions)]
    tags += [] if change.announced is None else [_tag(f"changelog: {change.announced.value}", "quiet")]
    tags += [] if change.coded else [_tag("not coded", "uncoded")]
    tags.append(_tag(change.step, "quiet"))
    ids = escape(", ".join(dict.fromkeys(clause.id for clause in (*change.old, *change.new))))
    says = f"<p>{escape(change.says)}</p>" if change.says else ""
    return "\n".join(
        part
        for part in (
            f"<article{data}><h3>{ids}</h3>{''.join(tags)}{says}",
            _list((f"contradicted: {text}" for text in change.contradictions), "wrong"),
            _fields(change.fields),
            "".join(_gated(gated) for gated in change.gated),
            _both_texts(change),
            "</article>",
        )
        if part
    )


def _gated(gated: Gated) -> str:
    says = f'<br><span class="quiet">{escape(gated.says)}</span>' if gated.says else ""
    return f"<p>{_state(gated)}{says}</p>"


def _fields(fields: tuple[FieldChange, ...]) -> str:
    rows = "".join(
        f"<dt>{escape(field.clause)}, {escape(field.field)}</dt>"
        f"<dd>{escape(field.was)} → {escape(field.now)}{_meaning(field.direction)}</dd>"
        for field in fields
    )
    return f"<dl>{rows}</dl>" if rows else ""


def _meaning(direction: Direction) -> str:
    return "" if direction is Direction.UNCLEAR else f" {_tag(direction.value)}"


def _both_texts(change: ClauseChange) -> str:
    rows = _texts("was", change.old) + _texts("is", change.new)
    because = f"<p class='quiet'>{escape(change.because)}</p>" if change.because else ""
    return f"<details><summary>what it said and says</summary><dl>{rows}</dl>{because}</details>"


def _texts(word: str, clauses: tuple[ClauseShown, ...]) -> str:
    return "".join(
        f"<dt>{word}: {escape(clause.id)}</dt><dd>{escape(clause.says)} "
        f'<span class="quiet">({escape(clause.kind)}, {escape(clause.force.value)}'
        f"{', s. ' + escape(clause.section) if clause.section else ''})</span></dd>"
        for clause in clauses
    )


def _changelog(comparison: Comparison) -> list[str]:
    rows = "".join(
        f"<dt>{escape(a.version)}, {escape(a.kind)}</dt><dd>{escape(a.says)}</dd>" for a in comparison.announcements
    )
    return ["<h2>What the changelogs announce</h2>", f"<dl>{rows}</dl>"] if rows else []
