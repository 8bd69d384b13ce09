"""Fits a line by gradient descent. It knows nothing of polysweep: it prints."""
import argparse
import random

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()

random.seed(options.seed)
points = [(x / 20, 3 * x / 20 + 1 + random.gauss(0, 0.1)) for x in range(20)]
slope, offset = 0.0, 0.0
for epoch in range(1, options.epochs + 1):
    errors = [(x, slope * x + offset - y) for x, y in points]
    slope -= options.lr * 2 * sum(e * x for x, e in errors) / len(errors)
    offset -= options.lr * 2 * sum(e for _, e in errors) / len(errors)
    loss = sum(e * e for _, e in errors) / len(errors)
    print(f"\r{epoch / options.epochs:4.0%}", end="")
    print(f"\repoch {epoch} loss {loss:.6f} slope {slope:.4f}")
