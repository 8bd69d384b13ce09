"""Learns to tell two spirals apart: a PyTorch program as an experiment of polysweep.

It knows nothing of polysweep but the five lines marked with (*): where to report,
where to keep its checkpoint, and what its exit status says. Run by hand, without
those variables, it prints what it reports.
"""

import argparse
import json
import math
import os
import signal
import sys

import torch

STOPPED_WITH_CHECKPOINT = 75  # (*) docs/protocol.md, "How it ends"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--optimizer", choices=["sgd", "adam"], default="adam")
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def spirals(count, seed):
    """Points of two spirals, with noise: x of shape [count, 2], y of shape [count]."""
    random = torch.Generator().manual_seed(seed)
    y = torch.arange(count) % 2
    radius = torch.rand(count, generator=random).sqrt()
    angle = 3 * math.pi * radius + math.pi * y
    x = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=1)
    return x + 0.02 * torch.randn(count, 2, generator=random), y


class Report:
    """Writes one JSON object a line."""

    def __init__(self):
        path = os.environ.get("POLYSWEEP_METRICS_FILE")  # (*)
        self.out = open(path, "a") if path else sys.stdout

    def say(self, **line):
        self.out.write(json.dumps(line) + "\n")
        # What belongs to a step is in the file before the step's checkpoint is.
        self.out.flush()


class Checkpoint:
    """All that training needs to go on as if it had never stopped."""

    def __init__(self, model, optimizer):
        folder = os.environ.get("POLYSWEEP_CHECKPOINT_FOLDER")  # (*)
        self.path = os.path.join(folder, "state.pt") if folder else None
        self.model = model
        self.optimizer = optimizer

    def load(self):
        """The number of epochs that are done."""
        if not self.path or not os.path.exists(self.path):
            return 0
        state = torch.load(self.path)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        return state["epochs"]

    def save(self, epochs):
        if not self.path:
            return
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "epochs": epochs,
            },
            self.path + ".new",
        )
        os.replace(self.path + ".new", self.path)  # atomically


def train_epoch(model, optimizer, x, y, seed):
    """The mean loss over the batches; their order depends on the seed alone."""
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    total = 0.0
    for batch in order.split(64):
        loss = torch.nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(x)


def accuracy(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(dim=1) == y).float().mean().item()


def main():
    given = arguments()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(given.seed)
    model = torch.nn.Sequential(
        torch.nn.Linear(2, given.width),
        torch.nn.Tanh(),
        torch.nn.Linear(given.width, given.width),
        torch.nn.Tanh(),
        torch.nn.Linear(given.width, 2),
    )
    if given.optimizer == "sgd":
        optimizer = torch.optim.SGD(model.parameters(), lr=given.lr, momentum=given.momentum)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=given.lr)
    x, y = spirals(1024, seed=1)
    test_x, test_y = spirals(1024, seed=2)

    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(True))  # (*)
    report = Report()
    checkpoint = Checkpoint(model, optimizer)
    begin = checkpoint.load()
    if begin > 0:
        report.say(resumed=begin)  # (*)
    for epoch in range(begin + 1, given.epochs + 1):
        loss = train_epoch(model, optimizer, x, y, seed=given.seed * 100003 + epoch)
        report.say(metric="training_loss", step=epoch, value=loss)
        report.say(metric="test_accuracy", step=epoch, value=accuracy(model, test_x, test_y))
        report.say(progress=epoch, total=given.epochs)
        if epoch % 10 == 0 or stop:
            checkpoint.save(epoch)
        if stop:
            sys.exit(STOPPED_WITH_CHECKPOINT)
    report.say(result={"test_accuracy": accuracy(model, test_x, test_y)})


if __name__ == "__main__":
    main()
