"""Classifies two noisy moons with PyTorch and logs to TensorBoard."""
import argparse
import math

import torch
from torch.utils.tensorboard import SummaryWriter


def moons(count, seed):
    random = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % 2
    angle = math.pi * torch.rand(count, generator=random)
    x = torch.where(label == 0, angle.cos(), 1 - angle.cos())
    y = torch.where(label == 0, angle.sin(), 0.5 - angle.sin())
    points = torch.stack([x, y], dim=1)
    return points + 0.2 * torch.randn(count, 2, generator=random), label


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lr", type=float, default=0.01, help="step size of Adam")
    parser.add_argument("--width", type=int, default=16, help="hidden units")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    model = torch.nn.Sequential(
        torch.nn.Linear(2, args.width), torch.nn.ReLU(), torch.nn.Linear(args.width, 2)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)
    train_x, train_y = moons(512, seed=1)
    test_x, test_y = moons(512, seed=2)

    writer = SummaryWriter()  # runs/DATE_HOST
    for epoch in range(1, args.epochs + 1):
        total = 0.0
        for batch in torch.randperm(len(train_x)).split(32):
            loss = torch.nn.functional.cross_entropy(model(train_x[batch]), train_y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        with torch.no_grad():
            right = (model(test_x).argmax(dim=1) == test_y).float().mean().item()
        writer.add_scalar("loss/train", total / len(train_x), epoch)
        writer.add_scalar("accuracy/test", right, epoch)
    writer.close()


if __name__ == "__main__":
    main()
