"""Trains a small network to tell a disc from the ring around it. Needs nothing but Python."""
import argparse
import json
import math
import os
import random


def points(count, rng):
    """(x, y, label): label 1 inside the disc of radius 0.6, 0 in the ring."""
    result = []
    for _ in range(count):
        angle, radius = rng.uniform(0, 2 * math.pi), math.sqrt(rng.random())
        label = float(radius < 0.6)
        result.append((radius * math.cos(angle), radius * math.sin(angle), label))
    return result


class Network:
    """One hidden layer of tanh units, one sigmoid output."""

    def __init__(self, width, rng):
        self.hidden = [[rng.gauss(0, 1) for _ in range(3)] for _ in range(width)]
        self.output = [rng.gauss(0, 1) / math.sqrt(width) for _ in range(width + 1)]

    def forward(self, x, y):
        units = [math.tanh(a * x + b * y + c) for a, b, c in self.hidden] + [1.0]
        score = sum(w * u for w, u in zip(self.output, units))
        return units, 1 / (1 + math.exp(-max(-30, min(30, score))))

    def step(self, x, y, label, rate, momentum, speed):
        units, p = self.forward(x, y)
        error = p - label
        for i, unit in enumerate(units):
            slope = error * unit
            if i < len(self.hidden):
                back = error * self.output[i] * (1 - unit * unit)
                for j, value in enumerate((x, y, 1.0)):
                    speed[0][i][j] = momentum * speed[0][i][j] - rate * back * value
                    self.hidden[i][j] += speed[0][i][j]
            speed[1][i] = momentum * speed[1][i] - rate * slope
            self.output[i] += speed[1][i]


def evaluate(network, data):
    loss = correct = 0
    for x, y, label in data:
        p = min(max(network.forward(x, y)[1], 1e-12), 1 - 1e-12)
        loss -= math.log(p if label else 1 - p)
        correct += (p > 0.5) == bool(label)
    return loss / len(data), correct / len(data)


def report(**line):
    """One JSON object a line, appended to the file that polysweep names; printed where there is none."""
    path = os.environ.get("POLYSWEEP_METRICS_FILE")
    if path:
        with open(path, "a") as file:
            print(json.dumps(line), file=file)
    else:
        print(json.dumps(line))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--momentum", type=float, default=0.0)
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    train, test = points(100, rng), points(400, rng)
    network = Network(args.width, rng)
    speed = [[0.0] * 3 for _ in range(args.width)], [0.0] * (args.width + 1)
    for epoch in range(1, args.epochs + 1):
        rng.shuffle(train)
        for x, y, label in train:
            network.step(x, y, label, args.lr, args.momentum, speed)
        loss, accuracy = evaluate(network, test)
        report(step=epoch, metrics={"test_loss": loss, "test_accuracy": accuracy})


if __name__ == "__main__":
    main()
