// The page's style sheet: light and dark, phone, print.
#include <fmt/format.h>

#include "reports/render/face.h"

namespace polysweep {

namespace {

constexpr int kStyledColumns = 40;

// Columns are styled by their position, so that the fields of long tables need
// no class each.
std::string column_rules() {
  std::string rules;
  for (int i = 1; i <= kStyledColumns; ++i) {
    rules += fmt::format(
        ".r{0} tr>:nth-child({0}){{text-align:right;padding-left:.75rem}}"
        ".r{0} td:nth-child({0}){{white-space:var(--number)}}"
        ".c{0} tr>:nth-child({0}){{text-align:center}}"
        ".s{0} tr>:nth-child({0}){{white-space:var(--short);min-width:var(--short-width)}}"
        ".l{0} tr>:nth-child({0}){{min-width:var(--long-width);max-width:46rem;"
        "overflow-wrap:break-word}}\n",
        i);
  }
  return rules;
}

constexpr const char* kStyle = R"css(
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d5dae0;
--shade:#f5f7f9;--link:#0a5a9c;--good:#116329;--bad:#a8221d;--hole:#7a4d00;--holeback:#fff6e0;
--a1:#0072b2;--a2:#d55e00;--a3:#009e73;--a4:#cc79a7;--a5:#7670eb;--a6:#8a5b25;
--short:nowrap;--number:nowrap;--short-width:0;--long-width:34rem}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e4e7ea;--soft:#a3adb8;
--line:#363d44;--shade:#1c2126;--link:#79b8f2;--good:#6fd08c;--bad:#ff9088;--hole:#f0bd62;
--holeback:#2b2415}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:74rem;background:var(--paper);
color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .25rem;font-weight:650;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:3rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--line);
font-weight:620}
p{margin:.6rem 0;max-width:46rem;overflow-wrap:anywhere}
a{color:var(--link)}
.skip{position:absolute;left:-60rem}
.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.3rem .6rem}
nav ol{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:0;margin:1rem 0 1.5rem;
font-size:.92rem}
.verdict{border-left:.25rem solid var(--link);padding:.1rem 0 .1rem 1.1rem;font-size:1.1rem;
margin:1.5rem 0}
.verdict p{max-width:56rem}
.warnings{background:var(--holeback);border-radius:.4rem;padding:.2rem 1.1rem .6rem}
.warnings h2{border:0;margin:.6rem 0 .2rem;padding:0;font-size:1rem;color:var(--hole)}
ul{padding-left:1.2rem;margin:.3rem 0}
li{margin:.25rem 0;overflow-wrap:anywhere}
nav li{margin:0}
.note,figcaption,footer{color:var(--soft);font-size:.88rem}
.note,figcaption{max-width:56rem}
.listed{font-weight:600;margin-bottom:.2rem}
.box{overflow-x:auto;margin:1rem 0 .4rem;max-width:100%}
.box:focus-visible,pre:focus-visible,summary:focus-visible{outline:2px solid var(--link);
outline-offset:2px}
table{border-collapse:separate;border-spacing:0;font-size:.88rem;font-variant-numeric:tabular-nums;
min-width:40%}
caption{text-align:left;font-weight:600;padding:0 0 .5rem;font-size:.95rem}
caption span{position:sticky;left:0;display:inline-block;max-width:calc(100vw - 2rem)}
th,td{padding:.32rem .75rem .32rem 0;text-align:left;vertical-align:top;
border-bottom:1px solid var(--line)}
thead th{border-bottom:2px solid var(--ink);font-weight:600;vertical-align:bottom}
caption a{font-weight:400;font-size:.8rem;margin-left:.6rem}
tbody th{font-weight:500;position:sticky;left:0;background:var(--paper);
background-clip:padding-box}
tbody tr:hover{background:var(--shade)}
.good{color:var(--good);font-weight:600}
.bad{color:var(--bad);font-weight:600}
.hole{color:var(--hole);font-weight:600}
.muted{color:var(--soft)}
i{display:inline-block;flex:none;width:.7rem;height:.7rem;margin-right:.5rem;background:var(--ink);
print-color-adjust:exact;-webkit-print-color-adjust:exact}
tbody th:has(>i:first-child){padding-left:1.2rem}tbody th:has(>i:first-child)>i{margin-left:-1.2rem}
.m0{transform:rotate(45deg) scale(.85)}.m1{border-radius:50%}.m2{transform:scale(.85)}
.m3{clip-path:polygon(50% 0,100% 100%,0 100%)}.m4{clip-path:polygon(0 0,100% 0,50% 100%)}
.m5{clip-path:polygon(50% 0,100% 38%,81% 100%,19% 100%,0 38%)}
.m6{border-radius:50%;mask:radial-gradient(circle,transparent .18rem,#000 .2rem)}
.a1{background:var(--a1)}.a2{background:var(--a2)}.a3{background:var(--a3)}
.a4{background:var(--a4)}.a5{background:var(--a5)}.a6{background:var(--a6)}
figure{margin:1.5rem 0 2rem;position:relative}
figure svg{display:block;max-width:none;height:auto;color:var(--ink);
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
.gridline{opacity:.5}
figure[data-kind=curves] svg{touch-action:pan-y;cursor:crosshair;user-select:none}
.gone,.zoomed .axes,.zoomed .view use{display:none}
.cursor{stroke:currentColor;stroke-width:1;stroke-dasharray:3 3;pointer-events:none}
.own path{stroke:#8a8a8a;fill:none}
.choice{fill:var(--link);opacity:.15;pointer-events:none}
.tip{position:absolute;z-index:2;pointer-events:none;background:var(--paper);
border:1px solid var(--soft);border-radius:.3rem;padding:.35rem .6rem;font-size:.8rem;
line-height:1.45;max-width:24rem;box-shadow:0 2px 8px #0003}
.tip[hidden]{display:none}.tip b{font-weight:600;font-variant-numeric:tabular-nums}
.tools .arms{display:flex;flex-wrap:wrap;gap:.15rem 1.2rem;font-size:.88rem;margin:.3rem 0 .6rem}
.arms label{display:flex;align-items:center}.arms input{margin:0 .45rem 0 0}
.tools button{font:inherit;font-size:.88rem;color:var(--link);background:var(--paper);
border:1px solid var(--line);border-radius:.3rem;padding:.2rem .7rem;margin:.2rem .4rem .2rem 0;
cursor:pointer}.tools button:disabled{color:var(--soft);cursor:default}
.tools button:focus-visible,.filter input:focus-visible{outline:2px solid var(--link)}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--link);font-size:.92rem}
pre{background:var(--shade);border:1px solid var(--line);border-radius:.4rem;padding:.8rem 1rem;
overflow:auto;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
max-height:30rem}
.filter{display:block;margin:.8rem 0 0;font-size:.88rem;color:var(--soft)}
.filter input{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);
border-radius:.3rem;padding:.25rem .5rem;margin-left:.4rem;max-width:60vw}
th button{all:unset;cursor:pointer;font:inherit;text-decoration:underline dotted}
th button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
footer{margin-top:4rem;border-top:1px solid var(--line)}
@media (max-width:40rem){body{padding:1.25rem .9rem 3rem}h1{font-size:1.5rem}
.verdict{font-size:1.02rem}:root{--short:normal;--short-width:7.5rem;--long-width:11.5rem}
figure svg{max-width:36rem}}
@media print{@page{size:A4 landscape;margin:12mm}
:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--shade:#fff;--link:#000;--good:#0b4d1f;
--bad:#8a1813;--hole:#6b4300;--holeback:#fff;
--short:normal;--number:normal;--long-width:11rem}
body{max-width:none;padding:0;font-size:10pt}
nav,.skip,.filter,.tools,.tip,figure details:not([open]),footer,a[download]{display:none}
.box{overflow:visible}table{font-size:7pt;width:100%}
th,td{padding:.15rem .25rem .15rem 0}tbody th{position:static}
figure svg{width:auto;max-width:100%;max-height:125mm}.note,figcaption{font-size:8pt}
figure[data-kind=curves]:has(+figure[data-kind=curves]),
figure[data-kind=curves]+figure[data-kind=curves]{display:inline-block;width:49%;
vertical-align:top;margin:.5rem 0 1rem}
figure,tr{break-inside:avoid}h2,caption,thead{break-after:avoid}
pre{max-height:none;white-space:pre-wrap}
.warnings{border:1px solid #bbb}}
)css";

}  // namespace

const std::string& page_style() {
  static const std::string style = column_rules() + kStyle;
  return style;
}

}  // namespace polysweep
