"""What capturing metrics from a program's output costs, beside a plain filter.

usage: capture.py POLYSWEEP [REPEATS]

1. A program writes 200 MB: 2,000,000 updates of a progress bar as tqdm writes
   it (carriage returns) and 100,000 lines with a metric. `polysweep run` of one trial that captures them, from
   start to end, journal and database included, in turn with
   `program | grep -c`; the same program with its output thrown away is what
   neither can be faster than. Peak memory of polysweep as well.
2. A program that reports 600 metrics at each of 100 steps: one trial from
   start to end, and the bytes of the store.
"""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

BAR = r"""
#include <stdio.h>
int main(void) {
  const char bar[] = "##################################################";
  for (int epoch = 1; epoch <= 100000; ++epoch) {
    for (int i = 1; i <= 20; ++i)
      printf("\r%3d%%|%-50.*s| %5d/%d [%02d:%02d<%02d:%02d, %6.2fit/s, loss=%.4f]", 5 * i,
             5 * i / 2, bar, 50 * i, 1000, i / 60, i % 60, 0, 20 - i, 1e3 / (i + 1), 1.0 / epoch);
    printf("\nepoch %d loss %.6f\n", epoch, 1.0 / epoch);
  }
  return 0;
}
"""
WIDE = r"""
#include <stdio.h>
int main(void) {
  for (int step = 1; step <= 100; ++step) {
    printf("{\"step\": %d", step);
    for (int i = 0; i < 600; ++i) printf(", \"m%d\": %.9g", i, 1.0 / (step + i));
    printf("}\n");
  }
  return 0;
}
"""


def timed(argv, **options):
    begin = time.perf_counter()
    subprocess.run(argv, check=True, **options)
    return time.perf_counter() - begin


def spread(name, values, unit):
    print(f"{name:44} median {statistics.median(values):7.2f} {unit}   "
          f"range {min(values):.2f}..{max(values):.2f}, n = {len(values)}")
    return statistics.median(values)


def build(folder, name, source):
    with open(f"{folder}/{name}.c", "w") as file:
        file.write(source)
    subprocess.run(["cc", "-O2", "-o", f"{folder}/{name}", f"{folder}/{name}.c"], check=True)
    return f"{folder}/{name}"


def sweep(folder, name, program, capture, metric):
    path = f"{folder}/{name}.toml"
    with open(path, "w") as file:
        file.write(f'sweep = "{name}"\nexperiment = "{name}"\ncommand = ["{program}", "{{seed}}"]\n'
                   f'files = []\nmetrics.primary = {{ name = "{metric}", goal = "minimize" }}\n'
                   f'[factors]\nseed = [1]\n[capture]\n{capture}\n')
    return path


def run_polysweep(program, path, store):
    argv = [program, "run", path, "--store", store, "--slots", "1", "--quiet"]
    begin = time.perf_counter()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{argv} ended with {status}")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def store_bytes(store):
    return sum(os.path.getsize(os.path.join(folder, name))
               for folder, _, names in os.walk(store) for name in names)


def main():
    program = os.path.abspath(sys.argv[1])
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        bar = build(folder, "bar", BAR)
        wide = build(folder, "wide", WIDE)
        bar_file = sweep(folder, "bar", bar, r"stdout = ['epoch (?P<step>\d+) loss (?P<loss>\S+)']",
                         "loss")
        wide_file = sweep(folder, "wide", wide, "json = true", "m0")
        ours, peak, grep, alone, wide_s, wide_bytes = [], [], [], [], [], []
        for i in range(repeats):
            seconds, mib = run_polysweep(program, bar_file, f"{folder}/bar-{i}")
            ours.append(seconds)
            peak.append(mib)
            grep.append(timed(["sh", "-c", f"{bar} | grep -c 'epoch [0-9]* loss'"],
                              stdout=subprocess.DEVNULL))
            alone.append(timed(["sh", "-c", f"{bar} | cat > /dev/null"]))
            seconds, _ = run_polysweep(program, wide_file, f"{folder}/wide-{i}")
            wide_s.append(seconds)
            wide_bytes.append(store_bytes(f"{folder}/wide-{i}") / 60000)
        our_s = spread("200 MB of output, 100,000 points: polysweep", ours, "s")
        grep_s = spread("program | grep -c", grep, "s")
        spread("program | cat > /dev/null", alone, "s")
        print(f"{our_s / grep_s:.2f} times grep   goal <= 1.5")
        spread("peak memory of polysweep", peak, "MiB")
        spread("600 metrics at 100 steps: polysweep", wide_s, "s")
        spread("the store's bytes a point", wide_bytes, "B")


main()
