"""A sweep of very many cells from its file to its answers, through the programs.

usage: cells.py POLYSWEEP WORKER [CELLS [SEEDS [REPEATS [FOLDER]]]]

Plans and runs a toy sweep of CELLS cells (10^6), then asks what people ask: each
command as a complete process, its output thrown away; median and range of REPEATS
(5) rounds in turn. A report is timed for sweeps of at most 100,000 cells.
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

POLYSWEEP, WORKER = (os.path.abspath(each) for each in sys.argv[1:3])
CELLS, SEEDS, REPEATS = (int(sys.argv[i]) if len(sys.argv) > i else default
                         for i, default in ((3, 1_000_000), (4, 1), (5, 5)))
COLUMNS = 1000
REPORT_CELLS = 100_000
GOAL_S = {"status": 2, "status SWEEP": 2, "best": 2, "compare": 2, "compare A B": 2, "report": 5}

SWEEP = f"""sweep = "cells"
experiment = "toy"
replicate = "seed"
[fixed]
steps = 1
[factors]
x = {{ linspace = [0, 1, {CELLS // COLUMNS}] }}
y = {{ linspace = [0, 1, {COLUMNS}] }}
seed = {{ range = [1, {SEEDS}] }}
[baseline]
x = 0.0
y = 0.0
[metrics]
primary = {{ name = "objective", goal = "minimize" }}
"""


def timed(*words, expected=(0,)):
    begin = time.perf_counter()
    done = subprocess.run((POLYSWEEP,) + words, stdout=subprocess.DEVNULL)
    if done.returncode not in expected:
        sys.exit(f"polysweep {' '.join(words)} ended with status {done.returncode}")
    return time.perf_counter() - begin


def main():
    where = sys.argv[6] if len(sys.argv) > 6 else None
    folder = tempfile.mkdtemp(prefix="cells_bench.", dir=where)
    try:
        sweep, store = os.path.join(folder, "cells.toml"), os.path.join(folder, "store")
        with open(sweep, "w", encoding="utf-8") as out:
            out.write(SWEEP)
        print(f"{CELLS} cells, {SEEDS} seed(s)")
        print(f"plan         {timed('plan', sweep, '--worker', WORKER):7.2f} s")
        print(f"run          "
              f"{timed('run', sweep, '--store', store, '--worker', WORKER, '--quiet'):7.2f} s")
        at = ("--store", store)
        questions = {
            "status": ("status",) + at,
            "status SWEEP": ("status", "cells") + at,
            "best": ("best", "cells") + at,
            "compare A B": ("compare", "cells", "x=0.0,y=0.0", "x=1.0,y=1.0") + at,
            "compare": ("compare", "cells") + at,
        }
        if CELLS <= REPORT_CELLS:
            questions["report"] = ("report", "cells", "--out", os.path.join(folder, "r.html")) + at
        times = {name: [] for name in questions}
        for _ in range(REPEATS):
            for name, words in questions.items():
                times[name].append(timed(*words))
        for name, values in times.items():
            print(f"{name:12} {statistics.median(values):7.2f} s   "
                  f"range {min(values):.2f}..{max(values):.2f}"
                  + (f"   goal <= {GOAL_S[name]} s" if name in GOAL_S else ""), flush=True)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"peak memory of any of these processes: {peak:.0f} MiB")
    finally:
        shutil.rmtree(folder)


main()
