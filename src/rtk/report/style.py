"""The HTML report's style: one accent, light and dark by preference, from 360 px to wide, and on paper."""

STYLE = """
:root{color-scheme:light dark;--paper:#faf9f6;--panel:#fff;--ink:#1b1f24;--soft:#5a626c;--rule:#e4e1da;
--accent:#3f51b5;--good:#17734a;--bad:#b3261e;--unsure:#855300;--broken:#7b2f92;--quiet:#5a626c;--line:#4a5561}
@media (prefers-color-scheme:dark){:root{--paper:#14171b;--panel:#1b1f24;--ink:#eceef0;--soft:#a3abb5;
--rule:#2f353c;--accent:#9fa8f5;--good:#63c995;--bad:#ff8f86;--unsure:#eab55c;--broken:#d69ae8;--quiet:#a3abb5;
--line:#a9b4c0}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:48px 32px 72px}
h1,h2,p,dl,dd,ol,ul,figure,table{margin:0;padding:0}
h1{font-size:clamp(1.45rem,1.1rem + 1.5vw,2.1rem);line-height:1.2;font-weight:650;letter-spacing:-.015em;
max-width:34em;text-wrap:balance}
h2{font-size:1.06rem;font-weight:650;margin-bottom:16px}
h1,p,dd,td,th,li,code{overflow-wrap:anywhere}
section,details{margin-top:48px}
.eyebrow{color:var(--soft);font-size:.84rem;margin-bottom:10px}
.objective{margin-top:14px;font-size:1.06rem}
.when,.note,figcaption{color:var(--soft);font-size:.9rem}
.when{margin-top:4px}
.good{--tone:var(--good)}.bad{--tone:var(--bad)}.unsure{--tone:var(--unsure)}.broken{--tone:var(--broken)}
.quiet{--tone:var(--quiet)}
.verdict{margin-top:32px;background:var(--panel);border:1px solid var(--rule);border-left:6px solid var(--tone);
border-radius:10px;padding:24px 28px;display:grid;grid-template-columns:auto 1fr;gap:8px 32px;align-items:center}
.badge{color:var(--tone);font-size:1.5rem;font-weight:700;letter-spacing:-.01em;white-space:nowrap;display:flex;
align-items:center;gap:12px}
.symbol{display:inline-grid;place-items:center;width:1.7em;height:1.7em;border-radius:50%;background:var(--tone);
color:var(--panel);font-size:1.05rem}
.headline{font-size:1.14rem;line-height:1.45}
.why{color:var(--soft);margin-top:6px;font-size:.95rem}
.alarm{margin-top:28px;border:2px solid var(--bad);border-radius:10px;padding:18px 24px;background:var(--panel)}
.alarm strong{color:var(--bad)}
.alarm p+p{margin-top:8px}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(225px,1fr));gap:24px 32px;margin-top:32px}
.answers dt{color:var(--soft);font-size:.88rem}
.answers .answer{font-size:1.16rem;font-weight:650;line-height:1.35;margin:2px 0 4px}
.answers .detail{color:var(--soft);font-size:.9rem;line-height:1.5}
.numbers{display:grid;grid-template-columns:repeat(6,1fr);border-top:1px solid var(--rule);
border-bottom:1px solid var(--rule);margin-top:40px;padding:20px 0;gap:20px}
.numbers div{display:flex;flex-direction:column}
.numbers dd.value{order:-1;font-size:1.7rem;font-weight:600;letter-spacing:-.02em;line-height:1.15}
.numbers dd.value.none{font-size:1.06rem;line-height:1.95rem;font-weight:500;letter-spacing:0;color:var(--soft)}
.numbers dt{font-size:.92rem;font-weight:600}
.numbers dd.hint{color:var(--soft);font-size:.8rem;line-height:1.4}
.legend{display:flex;flex-wrap:wrap;gap:6px 22px;list-style:none;margin-bottom:12px;font-size:.88rem;
color:var(--soft)}
.legend svg{width:22px;height:12px;vertical-align:-1px;margin-right:6px}
figure{background:var(--panel);border:1px solid var(--rule);border-radius:10px;padding:20px 20px 16px}
figcaption{margin-top:10px}
svg.chart{display:block;width:100%;height:auto;font:11.5px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
svg.narrow{display:none}
svg text{fill:var(--soft);font-variant-numeric:tabular-nums}
svg .phase{fill:var(--rule);opacity:.75}
svg .phase.conditions{fill:var(--accent);opacity:.16}
svg .phase-name{fill:var(--ink)}
svg .edge{stroke:var(--rule);fill:none}
svg .grid{stroke:var(--rule);fill:none}
svg .axis{stroke:var(--soft);fill:none}
svg .shade{fill:var(--accent);opacity:.11}
svg .shade.after{opacity:.05}
svg .hatch{fill:var(--accent);opacity:.5}
svg .threshold{stroke:var(--ink);stroke-width:1.4;stroke-dasharray:6 4;fill:none}
svg .threshold-name,svg .halo{fill:var(--ink);stroke:var(--panel);stroke-width:4px;paint-order:stroke;
stroke-linejoin:round}
svg .values{stroke:var(--line);stroke-width:1.3;fill:none;stroke-linejoin:round}
svg .met{fill:var(--good)}
svg .met-bars{stroke:var(--good);stroke-width:1.5}
svg .deviated{fill:var(--bad);stroke:var(--panel);stroke-width:1}
svg .silent{fill:var(--panel);stroke:var(--bad);stroke-width:1.8}
svg .missed{fill:var(--panel);stroke:var(--soft);stroke-width:1.3}
svg .lane.condition{fill:var(--accent)}
svg .lane.rollback{fill:var(--soft)}
svg .lane.failed{fill:var(--panel);stroke:var(--bad);stroke-width:2}
svg .lane-name{fill:var(--ink)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:right;padding:8px 0 8px 18px;border-bottom:1px solid var(--rule);vertical-align:top}
thead th{color:var(--soft);font-weight:500;font-size:.84rem;white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
tbody th{font-weight:600}
.words th,.words td{text-align:left}
.scroll td,.scroll th{white-space:nowrap}
.scroll.words td{white-space:normal}
tr.total th,tr.total td{border-bottom:0}
.sentences{list-style:none;margin-top:16px}
.sentences li,.plain li{margin-top:6px;max-width:46em}
.plain{padding-left:1.1em}
.plain li::marker{color:var(--soft)}
.moments{list-style:none}
.moments li{display:grid;grid-template-columns:5.5em 5.5em 1fr;gap:0 16px;padding:7px 0;
border-bottom:1px solid var(--rule);font-size:.94rem}
.moments .wall{color:var(--soft)}
.moments .phase{font-weight:600}
.moments .trouble,.moments .deviated{color:var(--bad)}
.tone{color:var(--tone);font-weight:600;white-space:nowrap}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--rule);border-radius:4px;
padding:.12em .4em}
summary{cursor:pointer;font-weight:650;padding:6px 0}
summary:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:4px}
details table{margin-top:12px}
footer{margin-top:56px;border-top:1px solid var(--rule);padding-top:16px;color:var(--soft);font-size:.86rem}
footer dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px}
footer dt{overflow-wrap:anywhere;max-width:12em}
@media (max-width:820px){.numbers{grid-template-columns:repeat(3,1fr)}}
@media (max-width:640px){main{padding:28px 18px 48px}.verdict{grid-template-columns:1fr;padding:20px}
.numbers{gap:20px 14px}.numbers dd.value{font-size:1.4rem}section,details{margin-top:40px}
figure{padding:14px 10px 12px}svg.wide{display:none}svg.narrow{display:block}
.moments li{grid-template-columns:4.2em 1fr}.moments .wall{display:none}}
@media print{:root{color-scheme:light;--paper:#fff;--panel:#fff;--ink:#000;--soft:#444;--rule:#ccc;
--accent:#3f51b5;--good:#17734a;--bad:#b3261e;--unsure:#855300;--broken:#7b2f92;--quiet:#444;--line:#333}
body{font-size:10.5pt}main{max-width:none;padding:0}section{margin-top:24pt}
svg.wide{display:block}svg.narrow{display:none}
figure,.verdict,.answers div,tr,li{break-inside:avoid}details:not([open]){display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
""".replace("\n", " ")
