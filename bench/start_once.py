"""What it saves to start a worker once a slot and not once a trial: 200 trials
of one step in the worker that loads LibTorch, in 2 slots, beside as many slots
that start a process for each trial: our own, and Python's that imports torch.

usage: start_once.py POLYSWEEP [REPEATS]     (in turn; median and range, ms a trial)
"""
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TRIALS = 200
BY_PROCESS = 20  # of the others, that take so long, each time
SWEEP = """sweep = "one_step"
experiment = "toy"
replicate = "seed"
factors = { seed = { range = [1, %d] } }
metrics = { primary = { name = "objective", goal = "minimize" } }
""" % TRIALS


def ms_a_trial(trials, argv, text=None):
    begin = time.perf_counter()
    subprocess.run(argv, input=text, text=True, stdout=subprocess.DEVNULL, check=True)
    return 1e3 * (time.perf_counter() - begin) / trials


def main():
    polysweep = str(pathlib.Path(sys.argv[1]).resolve())
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    numbers = "".join(f"{i}\n" for i in range(1, BY_PROCESS + 1))
    with tempfile.TemporaryDirectory() as folder:
        file, store = pathlib.Path(folder) / "one_step.toml", pathlib.Path(folder) / "store"
        file.write_text(SWEEP)
        run = [polysweep, "run", str(file), "--quiet", "--store"]
        each = ["xargs", "-P2", "-I{}", *run, f"{store}/{{}}", "--slots", "1", "seed={}"]
        imports = ["xargs", "-P2", "-I{}", "/usr/bin/python3", "-c", "import torch; torch.zeros(1)"]
        ways = {
            "polysweep, a worker a slot": lambda: ms_a_trial(
                TRIALS, [*run, str(store), "--slots", "2"]),
            "polysweep, a process a trial": lambda: ms_a_trial(BY_PROCESS, each, numbers),
        }
        if subprocess.run(["/usr/bin/python3", "-c", "import torch"], capture_output=True).returncode == 0:
            ways["python3 -c 'import torch', a trial"] = lambda: ms_a_trial(
                BY_PROCESS, imports, numbers)
        times = {name: [] for name in ways}
        for _ in range(repeats):
            for name, way in ways.items():
                times[name].append(way())
                shutil.rmtree(store, ignore_errors=True)
    ours = statistics.median(next(iter(times.values())))
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:36} median {median:8.1f} ms a trial   range {min(values):.1f}.."
              f"{max(values):.1f}   {median / ours:.0f}x")
    print("goal: 20x and more ahead of a process a trial")


main()
