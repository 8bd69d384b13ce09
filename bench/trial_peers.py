"""What a trial costs that does nothing, in 2 slots, by the programs that people
use for sweeps: Optuna with its journal storage, Hydra's multirun, submitit's
local executor, Ray Tune; beside polysweep with its own worker and with a command.

usage: trial_peers.py POLYSWEEP WORKER [REPEATS]     (in turn; median and range, and
the bytes of the files that are left)
"""
import importlib.metadata
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HYDRA = """import hydra
@hydra.main(version_base=None)
def work(config):
    pass
work()
"""
OPTUNA = """import optuna, sys
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = JournalStorage(JournalFileBackend(sys.argv[1]))
study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(0))
def work(trial):
    for i in range(int(sys.argv[3])):
        x = trial.suggest_float(f"parameter_{i}", 0, 1)
    return x
study.optimize(work, n_trials=int(sys.argv[2]), n_jobs=2)
"""
SUBMITIT = """import submitit, sys
from concurrent.futures import ThreadPoolExecutor
executor = submitit.LocalExecutor(folder=sys.argv[1])
executor.update_parameters(timeout_min=5)
with ThreadPoolExecutor(2) as pool:
    list(pool.map(lambda i: executor.submit(abs, i).result(), range(int(sys.argv[2]))))
"""
RAY = """import ray, sys
from ray import tune
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
config = tune.TuneConfig(num_samples=int(sys.argv[2]))
run = tune.RunConfig(storage_path=sys.argv[1], verbose=0)
tune.Tuner(lambda config: {"x": 0}, tune_config=config, run_config=run).fit()
"""
SWEEP = """sweep = "nothing"
experiment = "%s"
%s
replicate = "seed"
factors = { seed = { range = [1, %d] } }
metrics = { primary = { name = "%s", goal = "minimize" } }
"""
COMMAND = 'command = ["/bin/true", "{seed}"]\nfiles = []\nparameters = { seed = 0 }'


def python(text, trials, *more):
    def way(folder):
        file = folder / "peer.py"
        file.write_text(text)
        return [sys.executable, str(file), str(folder / "out"), str(trials), *map(str, more)]
    return way


def hydra(trials):
    def way(folder):
        file = folder / "peer.py"
        file.write_text(HYDRA)
        sweep = ",".join(map(str, range(trials)))
        return [sys.executable, str(file), "--multirun", f"hydra.sweep.dir={folder}/out", f"+x={sweep}"]
    return way


def polysweep(program, worker, trials, command):
    def way(folder):
        file = folder / "nothing.toml"
        file.write_text(SWEEP % (("true", COMMAND, trials, "elapsed_s") if command else
                                 ("toy", "fixed = { steps = 0 }", trials, "objective")))
        return [program, "run", str(file), "--store", str(folder / "store"), "--slots", "2",
                "--worker", worker, "--quiet"]
    return way


def left_behind(folder):
    """The bytes of what lies below it, but for the sweep or program that was run."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sum(path.stat().st_size for path in files if path.parent != folder or path.name == "out")


def main():
    program, worker = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:3])
    repeats = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    version = importlib.metadata.version
    ways = {
        "polysweep, its own worker": (20000, polysweep(program, worker, 20000, False)),
        "polysweep, command = [\"/bin/true\"]": (1000, polysweep(program, worker, 1000, True)),
        f"Optuna {version('optuna')}, journal storage": (500, python(OPTUNA, 500, 1)),
        "the same, nine parameters as toy has": (500, python(OPTUNA, 500, 9)),
        f"Hydra {version('hydra-core')}, multirun (one slot)": (30, hydra(30)),
        f"submitit {version('submitit')}, local": (8, python(SUBMITIT, 8)),
        f"Ray Tune {version('ray')}": (8, python(RAY, 8)),
    }
    times = {name: [] for name in ways}
    sizes = {}
    for _ in range(repeats):
        for name, (trials, way) in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                argv = way(pathlib.Path(folder))
                begin = time.perf_counter()
                end = subprocess.run(argv, capture_output=True, text=True, cwd=folder)
                if end.returncode != 0:
                    sys.exit(f"{name}: {end.stderr[-2000:]}")
                times[name].append(1e3 * (time.perf_counter() - begin) / trials)
                sizes[name] = left_behind(pathlib.Path(folder)) / trials
    ours = statistics.median(next(iter(times.values())))
    print("from the start of the program to its end, a trial:")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:38} median {median:9.3f} ms   range {min(values):.3f}..{max(values):.3f}"
              f"   {median / ours:.0f}x   {sizes[name]:.0f} bytes kept")


main()
