"""How long `polysweep --version` takes as a complete process, beside /bin/true.

usage: start.py PROGRAM      (20 pairs in turn; median and range in ms)
"""
import statistics
import subprocess
import sys
import time


def once(argv):
    begin = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
    return 1e3 * (time.perf_counter() - begin)


def main():
    ours = [sys.argv[1], "--version"]
    times = {"polysweep --version": [], "/bin/true": []}
    once(ours)
    for _ in range(20):
        times["polysweep --version"].append(once(ours))
        times["/bin/true"].append(once(["/bin/true"]))
    for name, values in times.items():
        print(f"{name:22} median {statistics.median(values):6.2f} ms   "
              f"range {min(values):.2f}..{max(values):.2f}   goal < 20 ms")


main()
