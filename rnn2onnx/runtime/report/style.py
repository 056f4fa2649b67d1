"""The looks of a report's page: narrow and wide, light and dark, on paper."""

from __future__ import annotations

from rnn2onnx.runtime.line_chart import STYLE

_OF_THE_PAGE = """
:root{color-scheme:light dark;
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;
--page:#ffffff;--card:#f6f8fa;--edge:#d0d7de;--ink:#1f2328;--dim:#57606a;--link:#0969da;--shade:#eaeef2;
--was:#ffebe9;--now:#dafbe1;--was-mark:#cf222e;--now-mark:#1a7f37;--here:#fff8c5;--native:#6639ba;
--value:#0550ae;--kind:#116329;--type:#6639ba;--attribute:#953800;--number:#0a3069;--string:#0a3069}
@media(prefers-color-scheme:dark){:root{
--page:#0d1117;--card:#161b22;--edge:#30363d;--ink:#e6edf3;--dim:#9ea7b3;--link:#58a6ff;--shade:#21262d;
--was:#3c1618;--now:#0f2d1a;--was-mark:#ff7b72;--now-mark:#56d364;--here:#3a2d00;--native:#d2a8ff;
--value:#79c0ff;--kind:#7ee787;--type:#d2a8ff;--attribute:#ffa657;--number:#a5d6ff;--string:#a5d6ff}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:0 clamp(.75rem,2.5vw,2.5rem) 3rem;max-width:100rem;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif;
overflow-wrap:anywhere}
code,pre,.place,td,.types th[scope=row]{font-family:var(--mono);font-size:13px}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem 1.5rem;padding:1.25rem 0 .75rem;
border-bottom:1px solid var(--edge)}
h1{margin:0;font-size:1.6rem;line-height:1.2}
nav{display:flex;flex-wrap:wrap;gap:0 1.25rem}
h2{margin:2rem 0 .75rem;font-size:1.25rem}
h4{margin:1.25rem 0 .5rem;font-size:1rem}
footer{margin-top:3rem;color:var(--dim)}
.note,.cut,.label{color:var(--dim)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:0 0 1rem}
.tiles div,.card,.pass{background:var(--card);border:1px solid var(--edge);border-radius:8px}
.tiles div{padding:.6rem .9rem}
.tiles dt{color:var(--dim)}.tiles dd{margin:0;display:flex;flex-direction:column}
.tiles b{font-size:1.3rem;line-height:1.4}.tiles span{color:var(--dim);font-size:.9rem}
.types{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:.25rem 2rem}
table{border-collapse:collapse;text-align:left}
th,td{padding:.3rem .75rem .3rem 0;vertical-align:top}
thead th{color:var(--dim);font-weight:500;border-bottom:1px solid var(--edge)}
tbody tr+tr>*{border-top:1px solid var(--shade)}
.scroller{overflow-x:auto;overflow-wrap:normal}
.types th[scope=row]{font-weight:600;min-width:6rem}.types td{color:var(--type);min-width:9rem}
.types .scroller{overflow-wrap:anywhere}
.wide{width:100%;margin-bottom:1rem}.wide td{min-width:6rem}.wide td:first-child{min-width:0}
.place{color:var(--dim)}
.card{padding:1rem clamp(.75rem,1.5vw,1.5rem) 1.25rem;margin:0 0 1.25rem}
.card h3{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem .75rem;margin:0 0 .75rem;font-size:1.1rem}
.card .number{min-width:1.7em;padding:0 .5em;text-align:center;border-radius:1em;background:var(--shade);
color:var(--dim);font-size:.9rem}
.card .what{font-weight:600}.became{color:var(--native);font-weight:400}
.source{margin:0 0 .75rem;border:1px solid var(--edge);border-radius:6px;overflow:hidden;background:var(--page)}
.source figcaption{padding:.25rem .75rem}
.source pre{margin:0;padding:.35rem 0;overflow-x:auto;border-top:1px solid var(--edge);line-height:1.45}
.source code{display:block;width:max-content;min-width:100%;padding:0 .75rem 0 4.25em;position:relative;
color:var(--dim);white-space:pre}
.source .here{background:var(--here);color:var(--ink)}
[data-n]::before{content:attr(data-n);position:absolute;left:0;width:3.25em;text-align:right;color:var(--dim);
opacity:.75;user-select:none}
.card .note{margin:.4rem 0 0;font-size:.9rem}
.why,.depth{margin:0 0 .5rem;max-width:75em}
.costs{white-space:nowrap;width:100%;border-collapse:separate;border-spacing:0}
.costs td,.costs thead tr+tr th{text-align:right}.costs td:nth-child(2){text-align:left}
.costs .first,.costs th[colspan]{border-left:1px solid var(--edge)}
.costs .first,.costs th[colspan],.costs td,.costs th{padding-left:.75rem}
.costs :is(thead tr:first-child th:first-child,tbody th){padding-left:0}
.costs tbody th{font-weight:400;min-width:7.5rem;white-space:normal}
.costs :is(thead tr:first-child th:first-child,tbody th){position:sticky;left:0;background:var(--card)}
.costs .taken th{font-weight:600}
.costs td b{color:var(--now-mark)}
.costs small{display:block;font-size:12px;color:var(--dim)}
.swatch{margin-right:.6em}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:1rem 0 .25rem;padding:0;list-style:none}
h5{margin:.75rem 0 .35rem;font-size:.9rem;font-weight:500;color:var(--dim)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,max(18rem,30%)),1fr));gap:.75rem}
.chart{width:100%;height:auto;border:1px solid var(--edge);border-radius:6px}
.pass{margin:0 0 .5rem}
.head{display:grid;grid-template-columns:1.2em 9rem minmax(0,1fr) 13rem 5rem 6rem;gap:0 1rem;align-items:baseline;
padding:.45rem .9rem}
.head::before{content:"";color:var(--dim)}
summary.head::before{content:"▸"}details[open]>summary.head::before{content:"▾"}
summary{cursor:pointer;list-style:none}summary::-webkit-details-marker{display:none}
summary.head:hover{background:var(--shade);border-radius:8px}
.head .does{color:var(--dim)}.head .taken{text-align:right}
.head .bar{height:.5em;border-radius:1em;background:linear-gradient(var(--link),var(--link)) no-repeat 0/
calc(var(--share)*100%) 100%,var(--shade)}
.same .name,.same .ops,.same .taken{color:var(--dim)}.same .name{font-weight:400}
.diff{border-top:1px solid var(--edge);background:var(--page);border-radius:0 0 8px 8px;overflow:hidden;
padding-bottom:.25rem;line-height:1.45}
.row{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
.whole .row{grid-template-columns:minmax(0,1fr)}
.row code{position:relative;padding:0 .75rem 0 7.25em;text-indent:-2em;white-space:pre-wrap;overflow-wrap:anywhere;
font-size:12.5px}
.row code::before{text-indent:0}
.row code+code{border-left:1px solid var(--edge)}
.row .was{background:var(--was)}.row .now{background:var(--now)}.row .none{background:var(--shade)}
.was::after,.now::after{position:absolute;left:3.75em;top:0;text-indent:0;font-weight:700}
.was::after{content:"−";color:var(--was-mark)}.now::after{content:"+";color:var(--now-mark)}
.titles{color:var(--dim);border-bottom:1px solid var(--edge)}.titles span{padding:.25rem .9rem}
.row i{font-style:normal}.row .v{color:var(--value)}.row .k{color:var(--kind);font-weight:600}
.row .t{color:var(--type)}.row .a{color:var(--attribute)}.row .n{color:var(--number)}
.row .s,.row .d{color:var(--string)}.row .f{font-weight:600}.row em{color:var(--dim)}
.folded>summary,.diff>.cut{padding:.15rem .9rem;background:var(--card);border:solid var(--edge);border-width:1px 0;
color:var(--dim)}
.folded>summary::before{content:"⋯ "}.folded[open]>summary::before{content:"▾ "}
@media(max-width:60rem){
.head{grid-template-columns:1.2em minmax(0,1fr) auto}.head .does{grid-column:2/-1;grid-row:2}
.head .ops{grid-column:2;grid-row:3}.head .taken{grid-column:3;grid-row:1}
.head .bar{grid-column:3;grid-row:3;width:5rem}
}
@media(max-width:45rem){
.row{grid-template-columns:minmax(0,1fr)}.row code+code{border-left:0}
.row.same code:first-child:not(:last-child),.row .none{display:none}.titles{display:flex}
.row code{padding-left:6em;word-break:break-all}[data-n]::before{width:2.75em}.was::after,.now::after{left:3.1em}
.source code{padding-left:3.5em}
}
@media print{
html{font-size:11px}
body{max-width:none;padding:0;font-size:1rem}nav{display:none}
code,pre,td,.place,.types th[scope=row]{font-size:9px}.costs :is(th,td){padding:.2rem 0 .2rem .3rem}
.card,.tiles div,.pass,.chart{break-inside:avoid}.scroller,.source pre{overflow:visible}
.source code{width:auto;white-space:pre-wrap}
.charts{grid-template-columns:repeat(3,1fr)}details.pass[open]{break-inside:auto}
}
"""

PAGE_STYLE = _OF_THE_PAGE + STYLE
"""Colours are those of drawings and charts."""
