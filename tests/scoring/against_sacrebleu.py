"""Thousands of random pairs with odd characters, scored by sacreBLEU and by
`polysweep score`: the same scores to 1e-9 and the same p-values.

    python against_sacrebleu.py POLYSWEEP FOLDER
"""
import json
import pathlib
import subprocess
import sys

import sacrebleu
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "golden" / "scores"))
from odd_text import corpus  # noqa: E402

METRICS = {
    "BLEU": lambda: BLEU(),
    "BLEU lower-case": lambda: BLEU(lowercase=True),
    "BLEU untokenized": lambda: BLEU(lowercase=True, tokenize="none"),
    "chrF2": lambda: CHRF(),
}


def write(path, lines):
    path.write_bytes(("\n".join(lines) + "\n").encode())
    # As sacreBLEU's program reads a file.
    with open(path, encoding="utf-8", newline="\n") as file:
        return [line.rstrip() for line in file]


def polysweep(program, reference, outputs, *options):
    done = subprocess.run([program, "score", "--ref", reference, *outputs, "--json", *options],
                          check=True, capture_output=True)
    return json.loads(done.stdout)


def check(condition, *what):
    if not condition:
        sys.exit(" ".join(map(str, what)))


def main(program, folder):
    folder = pathlib.Path(folder)
    pairs = scores = tests = 0
    reference = folder / "reference.txt"
    for seed in range(60):
        references, systems = corpus(5000 + seed, 1 + 7 * seed % 173)
        references = write(reference, references)
        output = folder / "output.txt"
        hypotheses = write(output, systems[0])
        pairs += len(references)
        for row in polysweep(program, reference, [output]):
            metric = METRICS[row["metric"]]()
            wanted = metric.corpus_score(hypotheses, [references]).score
            check(abs(row["score"] - wanted) <= 1e-9, seed, row, wanted)
            check(row["signature"] == metric.get_signature().format(), seed, row)
            scores += 1
    for seed in range(3):
        references, systems = corpus(6000 + seed, 80, systems=3)
        references = write(reference, references)
        outputs = [folder / f"output{i}.txt" for i in range(len(systems))]
        named = [(str(path), write(path, lines)) for path, lines in zip(outputs, systems)]
        rows = {(row["metric"], row["output"]): row
                for row in polysweep(program, reference, outputs)}
        for name, metric in METRICS.items():
            for kind, word in (("bs", "bootstrap"), ("ar", "randomization")):
                _, found = PairedTest(named, {"m": metric()}, [references], test_type=kind)()
                (results,) = [value for key, value in found.items() if key != "System"]
                for (output, _), result in list(zip(named, results))[1:]:
                    row = rows[name, output]
                    check(row[word]["p"] == result.p_value, seed, kind, row, result)
                    check(abs(row["score"] - result.score) <= 1e-9, seed, row, result)
                    if kind == "bs":
                        check(abs(row[word]["mean"] - result.mean) <= 1e-4, seed, row, result)
                        check(abs(row[word]["half_width"] - result.ci) <= 1e-4, seed, row, result)
                    tests += 1
    warnings = 0
    output = folder / "output.txt"
    for tokenized in (0, 99, 100, 130):
        endings = [" ."] * tokenized + ["."] * (130 - tokenized)
        for k, extra in enumerate(("", " ", "\t", "\u00a0 ")):
            lines = [f"ein Hund rennt {i}{end}{extra}" for i, end in enumerate(endings)]
            write(reference, lines)
            write(output, lines)
            peer = subprocess.run([sys.executable, "-m", "sacrebleu", reference, "-i", output, "-b"],
                                  check=True, capture_output=True, text=True)
            ours = subprocess.run([program, "score", "--ref", reference, output],
                                  check=True, capture_output=True, text=True)
            check(("tokenized period" in ours.stderr) == ("tokenized period" in peer.stderr),
                  tokenized, repr(extra), ours.stderr, peer.stderr)
            warnings += "tokenized period" in ours.stderr
    check(warnings == 8, "warnings", warnings)
    print(f"sacreBLEU {sacrebleu.__version__}: {pairs} pairs, {scores} scores and {tests} paired "
          "tests agree")


main(*sys.argv[1:])
