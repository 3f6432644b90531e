"""The style sheet of a picture: colours for light and dark, and the looks of its classes."""

#: The colours and letters of a drawing that stands alone. A page has its own.
STYLE = """
.flow-picture{--paper:#fff;--ink:#1b1e22;--soft:#555b63;--edge:#757a81;--box:#fff;--loop:#6a4100;
--walked:#0a5ad6;--walked-box:#e4eefc;--gone:#a01c16;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
@media(prefers-color-scheme:dark){
.flow-picture{--paper:#14161a;--ink:#edebe6;--soft:#aeb4bc;--edge:#868d97;--box:#1d2025;--loop:#f6d48b;
--walked:#7db2ff;--walked-box:#16294a;--gone:#ffb4ad}
}
"""
#: The looks of its classes, the same alone and on a page.
RULES = """
.flow-picture .paper{fill:var(--paper)}
.flow-picture text{fill:var(--ink);font-size:13px}
.flow-picture .kind,.flow-picture .visits{font-size:11px;fill:var(--soft)}
.flow-picture .kind .id{font-weight:600;fill:var(--ink)}
.flow-picture .way-label text{font-size:12px}
.flow-picture .aside text{font-style:italic;fill:var(--soft)}
.flow-picture .way-label .to{fill:var(--soft)}
.flow-picture .title{font-size:17px;font-weight:600}
.flow-picture .shape{fill:var(--box);stroke:var(--ink);stroke-width:1.5}
.flow-picture .inner{fill:none;stroke:var(--ink)}
.flow-picture .way{fill:none;stroke:var(--edge);stroke-width:1.5}
.flow-picture .head{fill:var(--edge)}
.flow-picture .loop .way{stroke:var(--loop)}
.flow-picture .loop .head{fill:var(--loop)}
.flow-picture .loop text{fill:var(--loop)}
.flow-picture a text{text-decoration:underline}
.flow-picture .arrow:hover .way{stroke-width:3}
.flow-picture .walked .shape{fill:var(--walked-box);stroke:var(--walked);stroke-width:4}
.flow-picture .walked .way{stroke:var(--walked);stroke-width:4}
.flow-picture .walked .head{fill:var(--walked)}
.flow-picture .walked .visits{fill:var(--walked);font-weight:700}
.flow-picture .walked.way-label text{font-weight:700;fill:var(--ink)}
.flow-picture .gone .shape{stroke:var(--gone);stroke-width:2.5;stroke-dasharray:7 4}
.flow-picture .gone .way{stroke:var(--gone);stroke-width:2.5;stroke-dasharray:7 4}
.flow-picture .gone .head{fill:var(--gone)}
.flow-picture .gone.way-label text,.flow-picture .visits .struck{text-decoration:line-through}
.flow-picture .visits .struck{fill:var(--gone);font-weight:400}
.flow-picture .missed .shape{stroke:var(--gone);stroke-dasharray:7 4}
.flow-picture .missed .way{stroke:var(--gone);stroke-dasharray:7 4}
.flow-picture .missed .head,.flow-picture .missed .visits{fill:var(--gone)}
.flow-picture .load .way{stroke:var(--walked)}
.flow-picture .load .head{fill:var(--walked)}
.flow-picture .load1 .way{stroke-width:1.5}
.flow-picture .load2 .way{stroke-width:2.5}
.flow-picture .load3 .way{stroke-width:4}
.flow-picture .load4 .way{stroke-width:5.5}
.flow-picture .load5 .way{stroke-width:7}
.flow-picture .load3 .head{stroke:var(--walked);stroke-width:1.5}
.flow-picture .load4 .head{stroke:var(--walked);stroke-width:3}
.flow-picture .load5 .head{stroke:var(--walked);stroke-width:4}
.flow-picture .opened .frame{fill:none;stroke-width:1.5;stroke-dasharray:2 3}
.flow-picture .added .shape{fill:var(--walked-box);stroke:var(--walked);stroke-width:4}
.flow-picture .added .way{stroke:var(--walked);stroke-width:4}
.flow-picture .added .head{fill:var(--walked)}
.flow-picture .added .visits,.flow-picture .changed .visits{fill:var(--walked);font-weight:700}
.flow-picture .added.way-label text,.flow-picture .changed.way-label text{font-weight:700;fill:var(--ink)}
.flow-picture .removed .shape{stroke:var(--gone);stroke-width:2.5;stroke-dasharray:7 4}
.flow-picture .removed .way{stroke:var(--gone);stroke-width:2.5;stroke-dasharray:7 4}
.flow-picture .removed .head,.flow-picture .removed .visits{fill:var(--gone)}
.flow-picture .removed .visits{font-weight:700}
.flow-picture .removed.way-label text,.flow-picture .node.removed>text:not(.visits){text-decoration:line-through}
.flow-picture .changed .shape{stroke:var(--walked);stroke-width:3;stroke-dasharray:2 4}
.flow-picture .changed .way{stroke:var(--walked);stroke-width:3;stroke-dasharray:2 4}
.flow-picture .changed .head{fill:var(--walked)}
@media(forced-colors:active){.flow-picture .walked .shape,.flow-picture .walked .way{stroke:Highlight}}
"""
