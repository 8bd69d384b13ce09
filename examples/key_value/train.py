"""Minimises a random quadratic; takes its parameters as key=value words."""
import json
import random
import sys

config = {"lr": 0.1, "optim.momentum": 0.9, "layers": [8], "steps": 200, "seed": 0}
for word in sys.argv[1:]:
    key, found, value = word.partition("=")
    if not found or key not in config:
        sys.exit(f"unknown parameter {word}; known: {', '.join(config)}")
    config[key] = json.loads(value)

draw = random.Random(config["seed"])
size = sum(config["layers"])
scale = [0.1 + draw.random() for _ in range(size)]
x = [draw.gauss(0, 1) for _ in range(size)]
speed = [0.0] * size
for step in range(1, config["steps"] + 1):
    for i in range(size):
        speed[i] = config["optim.momentum"] * speed[i] - config["lr"] * scale[i] * x[i]
        x[i] += speed[i]
    if step % 20 == 0:
        loss = sum(s * v * v for s, v in zip(scale, x)) / size
        print(json.dumps({"step": step, "loss": loss}), flush=True)
