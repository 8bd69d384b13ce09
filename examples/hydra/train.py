"""Minimises a random quadratic; its configuration is Hydra's."""
import random

import hydra


@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    draw = random.Random(cfg.seed)
    size = sum(cfg.layers)
    scale = [0.1 + draw.random() for _ in range(size)]
    x = [draw.gauss(0, 1) for _ in range(size)]
    speed = [0.0] * size
    for step in range(1, cfg.steps + 1):
        for i in range(size):
            speed[i] = cfg.optim.momentum * speed[i] - cfg.optim.lr * scale[i] * x[i]
            x[i] += speed[i]
        if step % 20 == 0:
            loss = sum(s * v * v for s, v in zip(scale, x)) / size
            print(f"step {step} loss {loss:.6g}", flush=True)


if __name__ == "__main__":
    main()
