"""Fits a sine with PyTorch Lightning and its CSVLogger."""
import argparse

import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import CSVLogger
from torch.utils.data import DataLoader, TensorDataset


class Sine(pl.LightningModule):
    def __init__(self, width, lr):
        super().__init__()
        self.lr = lr
        self.net = torch.nn.Sequential(
            torch.nn.Linear(1, width), torch.nn.Tanh(), torch.nn.Linear(width, 1)
        )

    def error(self, batch):
        x, y = batch
        return torch.nn.functional.mse_loss(self.net(x), y)

    def training_step(self, batch, _):
        loss = self.error(batch)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, _):
        self.log("val_loss", self.error(batch))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.lr)


def data(count, seed):
    random = torch.Generator().manual_seed(seed)
    x = 6 * torch.rand(count, 1, generator=random) - 3
    return TensorDataset(x, x.sin() + 0.1 * torch.randn(count, 1, generator=random))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lr", type=float, default=0.01, help="step size of Adam")
    parser.add_argument("--width", type=int, default=16, help="hidden units")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()

    torch.set_num_threads(1)
    pl.seed_everything(args.seed)
    trainer = pl.Trainer(
        max_epochs=args.epochs,
        accelerator="cpu",
        devices=1,
        logger=CSVLogger("logs"),  # logs/lightning_logs/version_0/metrics.csv
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=4,
    )
    trainer.fit(
        Sine(args.width, args.lr),
        DataLoader(data(256, seed=1), batch_size=32, shuffle=True),
        DataLoader(data(256, seed=2), batch_size=256),
    )


if __name__ == "__main__":
    main()
