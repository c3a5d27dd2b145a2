"""Merged models beside what they are by hand, weight by weight: `python merges-by-hand.py <trainer> <family> <out>`.

By hand: PEFT merges each adapter into a base of its own, and the formulas are loops over plain numbers.
"""

import math
import sys

sys.path.insert(0, sys.argv[1])

# Takes standard output for its events: what is printed here is one of them.
import merge

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

family, out = sys.argv[2:]
NAMES = {"a": "base", "b": "base", "base": "base", "other": "other", "foreign": "foreign", "deep": "deep"}


def place(name):
    return {"name": name, "folder": f"{family}/{name}", "base": f"{family}/{NAMES[name]}"}


def settings(method, names, **more):
    asked = {"places": [place(name) for name in names], "base": None, "method": method, "weights": [1, 1], "density": 1}
    return {**asked, "scale": 1, "seed": 0, "asked": None, "device": "cpu", "folder": f"{out}/{method}-{'-'.join(names)}", **more}


def made(asked):
    merge.merge(asked)
    return asked["folder"]


def weights(folder, base=None):
    model = AutoModelForCausalLM.from_pretrained(base or folder)
    if base:
        model = PeftModel.from_pretrained(model, folder).merge_and_unload()
    return {name: each.detach().double() for name, each in model.named_parameters()}


base, other = weights(f"{family}/base"), weights(f"{family}/other")
a, b = (weights(f"{family}/{name}", f"{family}/base") for name in ("a", "b"))


def vectors(*models):
    return [{name: (model[name] - base[name]) for name in base} for model in models]


def difference(ours, hand):
    return max((ours[name] - hand[name]).abs().max().item() for name in hand)


def trimmed(vector, density):
    """The largest entries of all layers that an adapter changes; others are zero anyway."""
    changed = [each for each in vector.values() if each.abs().max() > 0]
    sizes = sorted((abs(value) for each in changed for value in each.flatten().tolist()), reverse=True)
    least = sizes[round(density * len(sizes)) - 1]
    return {name: torch.where(each.abs() >= least, each, 0.0) for name, each in vector.items()}


def entry(values):
    total = sum(values)
    agree = [value for value in values if value * total > 0]
    return sum(agree) / len(agree) if agree else 0.0


def ties(one, two):
    merged = {}
    for name in base:
        values = [entry(pair) for pair in zip(one[name].flatten().tolist(), two[name].flatten().tolist())]
        merged[name] = base[name] + torch.tensor(values, dtype=torch.double).view(base[name].shape)
    return merged


def refusal(asked):
    try:
        merge.merge(asked)
    except merge.Refused as error:
        return str(error)
    return None


one, two = vectors(a, b)
linear = made(settings("linear", ["a", "b"], weights=[3, 1]))
arithmetic = made(settings("task-arithmetic", ["a", "b"], weights=[1, -1], scale=0.5))
whole = made(settings("linear", ["base", "other"], weights=[1, 3]))
moved = made(settings("task-arithmetic", ["other"], weights=[0.5], base=place("base")))
trim = made(settings("ties", ["a", "b"], density=0.2))
drop = made(settings("dare-ties", ["a", "b"], density=0.5, seed=4))
again = made(settings("dare-ties", ["a", "b"], density=0.5, seed=4, folder=f"{out}/again"))
others = made(settings("dare-ties", ["a", "b"], density=0.5, seed=5, folder=f"{out}/others"))
dropped, redropped = weights(drop), weights(again)
# Of entries of one adapter alone: kept ones are twice as large, dropped ones zero.
layer = next(name for name in base if one[name].abs().max() > 0)
lone = made(settings("dare-ties", ["a"], weights=[1], density=0.5, folder=f"{out}/lone"))
ratio = (weights(lone)[layer] - base[layer]) / one[layer]

merge.events.say(
    "found",
    linear=difference(weights(linear, f"{family}/base"), {name: base[name] + 0.75 * one[name] + 0.25 * two[name] for name in base}),
    arithmetic=difference(weights(arithmetic, f"{family}/base"), {name: base[name] + 0.5 * (one[name] - two[name]) for name in base}),
    whole=difference(weights(whole), {name: (base[name] + 3 * other[name]) / 4 for name in base}),
    moved=difference(weights(moved), {name: (base[name] + other[name]) / 2 for name in base}),
    ties=difference(weights(trim), ties(trimmed(one, 0.2), trimmed(two, 0.2))),
    dareSame=difference(dropped, redropped),
    dareOther=difference(dropped, weights(others)) > 0.01,
    dareKept=(ratio.abs() > 1).double().mean().item(),
    dareScale=[ratio[ratio.abs() > 1].mean().item(), ratio[ratio.abs() <= 1].abs().max().item()],
    refusals=[
        refusal(settings("linear", ["base", "foreign"])),
        refusal(settings("linear", ["a", "other"])),
        refusal(settings("linear", ["base", "deep"])),
        refusal({**settings("linear", []), "places": [place("a"), {**place("b"), "base": f"{family}/other"}]}),
    ],
)
