"""What dropout costs of a training step: step_bench with it and without, in turn.

usage: dropout.py STEP_BENCH        (pairs in turn; median and range)

Both make the same updates of the same model on the same batches; only the rate of
dropout differs, on embeddings and residuals. The share is what a step with it takes
longer than one without, of the step with it.
"""
import statistics
import subprocess
import sys
import tempfile

REPEATS = 9
RATE = 0.3  # the anchor protocol's
WORK = {"small": 40, "anchor": 8}  # updates a turn


def start(program, shape, rate, folder):
    process = subprocess.Popen(
        [program, shape, str(WORK[shape] * (REPEATS + 1)), str(rate), folder],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()  # the first loss
    return process


def seconds(process, shape):
    print(WORK[shape], file=process.stdin, flush=True)
    return float(process.stdout.readline().split()[1])


def measure(program, shape):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        sides = [start(program, shape, rate, folder) for rate, folder in ((RATE, one), (0, other))]
        for side in sides:
            seconds(side, shape)  # warm
        shares, steps = [], []
        for _ in range(REPEATS):
            dropped, plain = (seconds(side, shape) for side in sides)
            shares.append(1 - plain / dropped)
            steps.append(dropped / WORK[shape])
        for side in sides:
            side.stdin.close()
            side.wait()
    print(f"dropout of {RATE}, {shape}: {statistics.median(shares):.1%} of the step "
          f"({min(shares):.1%}..{max(shares):.1%}) of {statistics.median(steps) * 1e3:.0f} ms   goal < 5%")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for shape in WORK:
        measure(sys.argv[1], shape)


if __name__ == "__main__":
    main()
