# SPDX-License-Identifier: Apache-2.0
"""How the page of changes looks: wide, narrow, dark and on paper. No mark stands for something by its colour alone."""

STYLE = """
:root{color-scheme:light dark;--ink:#1a1d21;--paper:#fff;--soft:#5a626c;--line:#d5dae0;--wash:#f4f6f8;
--bad:#9f1d1d;--badwash:#fdf3f2;--warn:#7a4b00;--good:#14602e;--goodwash:#e3f3e8}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--paper:#14171a;--soft:#a2abb5;--line:#373e46;--wash:#1d2226;
--bad:#ff9a92;--badwash:#2f1d1d;--warn:#f2c063;--good:#7ed69a;--goodwash:#17301f}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1rem 1.25rem 3rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);
background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}h2{font-size:1.25rem;margin:2.5rem 0 .25rem;line-height:1.3}
h3{font-size:1.05rem;margin:0 0 .35rem}h4{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.4rem 0;max-width:54rem}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.3rem;padding:0 .45rem;margin:0 .35rem .2rem 0;
font-size:.85rem}
.removed,.weakened,.relocated,.wrong{color:var(--bad)}.changed,.waiting{color:var(--warn)}
.added,.strengthened,.good{color:var(--good)}.quiet{color:var(--soft)}
article{border:1px solid var(--line);border-radius:.5rem;padding:.9rem 1rem;margin:1rem 0;break-inside:avoid}
.sides{display:grid;grid-template-columns:1fr 1fr;gap:.75rem;margin:.6rem 0;break-inside:avoid}
.sides>div{background:var(--wash);border-radius:.35rem;padding:.55rem .7rem}
.sides b{display:block;font-size:.85rem;font-weight:600;color:var(--soft);margin-bottom:.15rem}
del{background:var(--badwash);color:var(--bad);text-decoration:line-through}
ins{background:var(--goodwash);color:var(--good);text-decoration:underline;text-underline-offset:.15em}
.state{border-left:.25rem solid var(--bad);background:var(--badwash);padding:.55rem .75rem .65rem;margin:.6rem 0;
border-radius:0 .35rem .35rem 0;break-inside:avoid}
.state>b{color:var(--bad)}.state .sides{margin:.5rem 0 0}.state .sides>div{background:var(--paper)}
.state strong{text-transform:uppercase;letter-spacing:.03em;font-size:.95rem}
table{border-collapse:collapse;margin:.5rem 0;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;
border-bottom:1px solid var(--line);font-weight:400}th{color:var(--soft);width:14rem}tr{break-inside:avoid}
code{font:.85rem/1.45 ui-monospace,monospace}
@media(max-width:40rem){.sides{grid-template-columns:1fr}.state .sides{grid-template-columns:1fr 1fr}
table,tbody,tr,th,td{display:block}th{border:0;padding:.3rem 0 0;width:auto;font-size:.9rem}td{padding:0 0 .3rem}}
@page{margin:18mm}
@media print{:root{color-scheme:light}body{max-width:none;padding:0;font-size:10pt}code{font-size:8pt}h2,h3,h4{break-after:avoid}th{width:11rem}
.tag,.state,.sides>div,del,ins{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
