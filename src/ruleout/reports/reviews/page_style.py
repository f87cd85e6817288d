# SPDX-License-Identifier: Apache-2.0
"""The look of review pages: light and dark, narrow and wide, print; nothing is fetched."""

STYLE = """
:root{color-scheme:light dark;--ink:#1a1d21;--paper:#fff;--soft:#565e68;--line:#d3d9e0;--wash:#f3f5f8;--field:#fff;
--bad:#9f1d1d;--warn:#7a4b00;--good:#14602e;--link:#174ea6;--mark:#e8eefb;--edge:#8a94a0}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--paper:#14171a;--soft:#a2abb5;--line:#353c44;--wash:#1c2125;
--field:#101315;--bad:#ff9a92;--warn:#f2c063;--good:#7ed69a;--link:#9cc2ff;--mark:#1d2a40;--edge:#69737e}}
*{box-sizing:border-box}
html{scroll-padding-top:4.5rem}
body{margin:0 auto;max-width:54rem;padding:1.25rem 1.25rem 4rem;font:1rem/1.55 system-ui,sans-serif;color:var(--ink);
background:var(--paper);overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.2;margin:.25rem 0 .5rem}h2{font-size:1.2rem;margin:2.25rem 0 .5rem;line-height:1.3}
h3{font-size:1rem;margin:1rem 0 .25rem}p{margin:.5rem 0}
a{color:var(--link)}code{font:.9em ui-monospace,monospace;background:var(--wash);padding:.1em .3em;border-radius:.25rem}
pre{white-space:pre-wrap;background:var(--wash);padding:.6rem .75rem;border-radius:.4rem;margin:.5rem 0}
pre code{background:none;padding:0}
.quiet{color:var(--soft)}.small{font-size:.875rem}.bad{color:var(--bad)}.good{color:var(--good)}.warn{color:var(--warn)}
.kicker{color:var(--soft);font-size:.875rem;letter-spacing:.02em;margin:0}
dl{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.15rem 1rem;margin:.75rem 0}dt{color:var(--soft)}dd{margin:0}
.card{border:1px solid var(--line);border-radius:.5rem;padding:.9rem 1rem;margin:1rem 0;background:var(--wash)}
.section{border-top:1px solid var(--line);margin-top:2.5rem;padding-top:.25rem}
.statement{margin:.6rem 0;max-width:44rem}
.secret{border-left:3px solid var(--warn);padding-left:.75rem}
.mark{display:inline-block;font-size:.8125rem;color:var(--warn);border:1px solid currentColor;border-radius:.3rem;padding:0 .35rem}
.wide{overflow-x:auto;margin:.6rem 0}table{border-collapse:collapse;font-size:.9375rem;min-width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:normal}
th{color:var(--soft);font-weight:600}td.entries{display:table-cell;overflow-wrap:anywhere;min-width:11rem}td:first-child{min-width:7rem}
td.short{white-space:nowrap}
td.hole{display:table-cell;border-style:dashed}
.cards table,.cards tbody,.cards tr{display:block}.cards thead{display:none}
.cards tr{border-bottom:1px solid var(--line);padding:.5rem 0;break-inside:avoid}
.cards td,.cards td.entries,.cards td.hole{display:grid;grid-template-columns:8rem minmax(0,1fr);gap:.6rem;border:0;padding:.1rem 0;
overflow-wrap:anywhere}.cards td::before{content:attr(data-label);color:var(--soft)}.cards td.hole[colspan]{display:block}
.cards td.secret{border-left:3px solid var(--warn);padding-left:.75rem}.cards td:empty{display:none}
.entries{display:block;color:var(--soft);font-size:.8125rem}
.hole{border:1px dashed var(--edge);border-radius:.4rem;padding:.5rem .75rem;margin:.6rem 0;background:
repeating-linear-gradient(135deg,transparent 0 10px,var(--wash) 10px 20px);max-width:44rem}
fieldset{border:0;margin:0 0 .75rem;padding:0;min-width:0}legend{font-weight:600;padding:0;margin-bottom:.35rem}
.choices{display:flex;flex-wrap:wrap;gap:.4rem}
.choices label{display:inline-flex;align-items:center;gap:.45rem;border:1px solid var(--edge);border-radius:2rem;
padding:.35rem .85rem .35rem .65rem;cursor:pointer;background:var(--field)}
.choices label:has(input:checked){border-color:var(--link);background:var(--mark);box-shadow:inset 0 0 0 1px var(--link)}
input[type=radio]{margin:0;accent-color:var(--link);width:1rem;height:1rem}
.field{display:block;margin:.5rem 0;font-weight:600}.field .quiet{font-weight:400}
textarea,input[type=text],input[type=date]{display:block;width:100%;margin-top:.25rem;padding:.5rem .65rem;font:inherit;
font-weight:400;color:inherit;background:var(--field);border:1px solid var(--edge);border-radius:.4rem}
textarea{min-height:5.5rem;resize:vertical}input[type=date],input[type=text]{max-width:24rem}
button,.button{font:inherit;padding:.5rem 1rem;border-radius:.4rem;border:1px solid var(--edge);background:var(--field);
color:inherit;cursor:pointer}
button.main{background:var(--link);border-color:var(--link);color:var(--paper);font-weight:600}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.row{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;margin:.75rem 0}
main>.section:first-child{border-top:0;margin-top:0}
progress{height:.6rem;width:8rem;accent-color:var(--link)}button.small{padding:.15rem .6rem}
.bar{position:sticky;top:0;background:var(--paper);border-bottom:1px solid var(--line);padding:.55rem 0;margin-bottom:1rem;
display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;z-index:1}
.bar strong{white-space:nowrap}
.missing{border-left:4px solid var(--bad);padding-left:.75rem}
[hidden]{display:none!important}
summary{cursor:pointer;color:var(--link)}
.answer{border-left:3px solid var(--line);padding-left:.9rem;margin:.75rem 0}
.words{white-space:pre-wrap}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.3rem;padding:0 .45rem;margin:0 .35rem .2rem 0;
font-size:.875rem}
@media(max-width:40rem){.wide table,.wide tbody,.wide tr{display:block}.wide thead{display:none}
.wide tr{border-bottom:1px solid var(--line);padding:.5rem 0}.wide td,.wide td.entries,.wide td.hole{display:grid;
grid-template-columns:7rem minmax(0,1fr);gap:.6rem;border:0;padding:.1rem 0;min-width:0;overflow-wrap:anywhere}
.wide td::before{content:attr(data-label);color:var(--soft)}.wide td.hole[colspan]{display:block}.wide td:empty{display:none}}
@media(max-width:32rem){body{padding:.9rem .9rem 4rem}h1{font-size:1.35rem}dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.4rem}.card{padding:.75rem}.button input{max-width:100%}}
@page{margin:18mm}
@media print{:root{--ink:#000;--paper:#fff;--soft:#444;--wash:#fff;--field:#fff;--line:#999;--mark:#fff;--link:#000}
body{max-width:none;padding:0;font-size:10.5pt}.wide{overflow:visible}tr{break-inside:avoid}.bar{position:static}.row,.screen{display:none!important}
.card,.answer,.statement,.hole,fieldset{break-inside:avoid}h2,h3,legend{break-after:avoid}
details::details-content{content-visibility:visible;block-size:auto}
textarea{min-height:2.5rem;border-color:#999}.choices label{border-color:#999;padding:.1rem .5rem;border-radius:.3rem}}
"""
