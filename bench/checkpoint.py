"""What checkpoints cost a training: a translation trial with one every 10 updates
beside the same trial with none, and what one a minute costs by that.

usage: checkpoint.py POLYSWEEP [REPEATS]     (in turn; median and range)
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

UPDATES, EVERY = 300, 10
SWEEP = """sweep = "checkpoints"
experiment = "translation"
replicate = "seed"
[fixed]
corpus = "synthetic"
sentences = 4000
held_out = 50
longest = 32
layers = 2
dimension = 128
batch_tokens = 1024
updates = %d
evaluate_every = %d
[factors]
seed = { range = [0, 0] }
[metrics]
primary = { name = "validation_loss", goal = "minimize" }
""" % (UPDATES, UPDATES)


def elapsed_s(polysweep, file, every):
    with tempfile.TemporaryDirectory() as store:
        subprocess.run([polysweep, "run", file, "--store", store, "--slots", "1", "--quiet",
                        "--checkpoint-seconds", "0", "--checkpoint-steps", str(every)],
                       stdout=subprocess.DEVNULL, check=True)
        answer = subprocess.run([polysweep, "query", "SELECT elapsed_s FROM attempts", "--json",
                                 "--store", store], capture_output=True, text=True, check=True)
        return json.loads(answer.stdout)[0]["elapsed_s"]


def main():
    polysweep = str(pathlib.Path(sys.argv[1]).resolve())
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with_them, without = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "checkpoints.toml"
        file.write_text(SWEEP)
        for _ in range(repeats):
            without.append(elapsed_s(polysweep, str(file), 0))
            with_them.append(elapsed_s(polysweep, str(file), EVERY))
    each = [1e3 * (a - b) / (UPDATES // EVERY) for a, b in zip(with_them, without)]
    for name, values in (("none", without), (f"one every {EVERY} updates", with_them)):
        print(f"{name:24} median {statistics.median(values):7.2f} s    "
              f"range {min(values):.2f}..{max(values):.2f}")
    cost = statistics.median(each)
    print(f"{'each checkpoint':24} median {cost:7.1f} ms   range {min(each):.1f}..{max(each):.1f}")
    print(f"one a minute costs {cost / 60e3:.3%} of the training   goal <= 2%")


main()
