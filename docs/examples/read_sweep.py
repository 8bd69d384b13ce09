"""Each cell's mean difference from its baseline, as the report has it, by pandas alone.

usage: read_sweep.py STORE/polysweep.db SWEEP METRIC [REPLICATE, else seed]
"""
import json, sqlite3, sys
import pandas

path, sweep, metric, replicate = (sys.argv[1:] + ["seed"])[:4]
database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
cells = pandas.read_sql("SELECT cell, baseline, levels FROM cells WHERE sweep = ?", database, params=[sweep])
runs = pandas.read_sql(
    "SELECT t.cell, t.parameters, f.value FROM sweep_trials t JOIN final_metrics f ON f.trial = t.trial "
    "WHERE t.sweep = ? AND f.metric = ? AND f.kind = 'finite'", database, params=[sweep, metric])
runs["replicate"] = [json.loads(text)[replicate] for text in runs.parameters]
values = runs.pivot(index="replicate", columns="cell", values="value").reindex(columns=cells.cell)
for cell in cells[cells.baseline.notna()].itertuples():
    differences = (values[cell.cell] - values[cell.baseline]).dropna()
    print(f"{cell.levels}  n {len(differences)}  difference {differences.mean():+.10g}")
