"""Moves the weights of LoRA adapters: `python move_adapters.py <file>`, a JSON list of moves as `agent/swarm/weights.ts` has them.

v' = own v + personal (p - x) + global (g - x) - worst (g_w - x), the shares being r phi / C; x' = x + step v'. All of it
tensor by tensor over the weights that an adapter is made of (Heterogeneous Swarms, arXiv 2502.04510).
"""

import json
import os
import shutil
import sys

import torch
from safetensors.torch import load_file, save_file

WEIGHTS = "adapter_model.safetensors"
VELOCITY = "velocity.safetensors"


class Refused(Exception):
    """What the user can mend, in one line."""


def weights(folder):
    path = os.path.join(folder, WEIGHTS)
    if not os.path.isfile(path):
        raise Refused(f"{folder} holds no adapter ({WEIGHTS} is missing)")
    return {name: tensor.float() for name, tensor in load_file(path).items()}


def alike(x, other, names):
    shapes = {name: tuple(tensor.shape) for name, tensor in x.items()}
    if shapes != {name: tuple(tensor.shape) for name, tensor in other.items()}:
        raise Refused(f"{names[0]} and {names[1]} are adapters of other bases or ranks: they cannot move towards each other")
    return other


def moved(move):
    x = weights(move["x"])
    of = {name: alike(x, weights(move[name]), (move["x"], move[name])) for name in ("personal", "global", "worst")}
    if move["velocity"] is not None:
        velocity = load_file(os.path.join(move["velocity"], VELOCITY))
    elif move["towards"] is not None:
        towards = alike(x, weights(move["towards"]), (move["x"], move["towards"]))
        velocity = {name: towards[name] - at for name, at in x.items()}
    else:
        velocity = {name: torch.zeros_like(at) for name, at in x.items()}
    share = move["shares"]
    new = {
        name: share["own"] * velocity[name]
        + share["personal"] * (of["personal"][name] - at)
        + share["global"] * (of["global"][name] - at)
        - share["worst"] * (of["worst"][name] - at)
        for name, at in x.items()
    }
    return {name: at + move["step"] * new[name] for name, at in x.items()}, new


def write(move, x, velocity):
    """Into a folder beside its place, which takes the name when it is whole."""
    out, draft = move["out"], move["out"] + ".draft"
    if os.path.isdir(out):
        return
    shutil.rmtree(draft, ignore_errors=True)
    skip = shutil.ignore_patterns("checkpoint*", "checkpoints", "eval", "*.log", WEIGHTS, VELOCITY)
    shutil.copytree(move["x"], draft, ignore=skip)
    like = load_file(os.path.join(move["x"], WEIGHTS))
    save_file({name: tensor.to(like[name].dtype).contiguous() for name, tensor in x.items()}, os.path.join(draft, WEIGHTS))
    save_file({name: tensor.contiguous() for name, tensor in velocity.items()}, os.path.join(draft, VELOCITY))
    os.rename(draft, out)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        moves = json.load(file)
    try:
        # All are read before one is written: they move at once.
        found = [(move, *moved(move)) for move in moves]
        for move, x, velocity in found:
            write(move, x, velocity)
    except Refused as error:
        print(json.dumps({"refused": str(error)}))
        sys.exit(3)
    print(json.dumps({"moved": len(moves)}))


if __name__ == "__main__":
    main()
