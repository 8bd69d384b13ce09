#!/usr/bin/env python3
"""Makes merges.txt: what subword-nmt 0.3.8 (pip install subword-nmt) learns from
words.txt, and how it takes words apart. Prints to standard output."""
import io
import os
import sys

from subword_nmt.apply_bpe import BPE
from subword_nmt.learn_bpe import learn_bpe

folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "words.txt"), encoding="utf-8") as file:
    lines = file.read().split("\n")[:-1]
codes = io.StringIO()
with open(os.devnull, "w") as quiet:
    sys.stderr = quiet
    learn_bpe([line + "\n" for line in lines], codes, 60)
rules = codes.getvalue().split("\n")[1:-1]
bpe = BPE(io.StringIO(codes.getvalue()))
print(len(rules))
for rule in rules:
    print(rule)
for word in "banana bananas mississippi aaaa aaaaa löschen gelöscht häuser x das unbekannt".split():
    print(word, "=", bpe.process_line(word))
