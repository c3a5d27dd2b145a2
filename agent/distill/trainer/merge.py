"""Merges models into one: `python merge.py <settings.json>`, started by `mle-star models merge`.

What happens is told on standard output, one JSON object a line (`events.py`).
"""

import json
import os
import sys

import offline
from events import Events, Refused, end_with_parent, fail

events = Events()
offline.close()
end_with_parent()

import numpy
import torch
import transformers

from decoding.members import shared_tokenizer
from merging.judge import Judge
from merging.methods import dropped, elected, least_kept, linear, task_arithmetic, trimmed
from merging.soup import Trials, greedy_soup
from merging.vectors import (
    Adapter,
    add_to,
    are_adapters,
    same_architecture,
    same_base,
    same_shapes,
    tensors_of,
    whole_model,
)
from merging.writing import write_adapter, write_model
from students import device_of, load_model


def combined(settings, name, vectors, least):
    """The task vector of one tensor, out of those of all members."""
    method, weights, density = settings["method"], settings["weights"], settings["density"]
    if method == "ties":
        vectors = [trimmed(vector, each) for vector, each in zip(vectors, least)]
    if method == "dare-ties":
        vectors = [dropped(vector, density, settings["seed"], place, name) for place, vector in enumerate(vectors)]
    merged = elected(vectors, weights) if method.endswith("ties") else task_arithmetic(vectors, weights)
    return settings["scale"] * merged


def thresholds(settings, members, vector):
    """Of each member, over all of its tensors; nothing is trimmed but for TIES."""
    if settings["method"] != "ties":
        return None
    return [least_kept([vector(each, name) for name in names], settings["density"]) for each, names in members]


class Adapters:
    """Adapters on one base."""

    kind = "adapter"

    def __init__(self, settings):
        places = settings["places"]
        self.base = same_base(places)
        self.members = [Adapter(place) for place in places]
        same_shapes(self.members, places)
        self.layers = sorted({layer for member in self.members for layer in member.layers()})

    def write(self, settings, folder):
        if not settings["method"].endswith("ties"):
            return write_adapter(folder, self.members, weights_of(settings), self.base)
        # Signs and magnitudes are those of what an adapter adds to each weight; the sum has no low rank any more.
        self.kind = "model"
        model = load_model(self.base, "cpu")
        least = thresholds(settings, [(member, member.layers()) for member in self.members], Adapter.delta)
        for layer in self.layers:
            deltas = [member.delta(layer) for member in self.members]
            blank = numpy.zeros_like(next(each for each in deltas if each is not None))
            vectors = [blank if each is None else each for each in deltas]
            add_to(model, layer, combined(settings, layer, vectors, least))
        return write_model(folder, model, self.base)

    def prepare(self, device):
        self.model = load_model(self.base, device).to(device).eval()
        self.before = {name: each.detach().clone() for name, each in self.model.named_parameters()}
        return self.model

    def stir(self, taken):
        """Makes the model that is judged the mean of these members."""
        with torch.no_grad():
            for name, each in self.model.named_parameters():
                each.copy_(self.before[name])
        for layer in self.layers:
            deltas = [self.members[place].delta(layer) for place in taken]
            found = [each for each in deltas if each is not None]
            if found:
                add_to(self.model, layer, sum(found) / len(taken))


class Models:
    """Whole models of one architecture."""

    kind = "model"

    def __init__(self, settings):
        self.places = settings["places"]
        self.members = [whole_model(place) for place in self.places]
        for place, member in zip(self.places[1:], self.members[1:]):
            same_architecture(self.members[0], member, (self.places[0]["name"], place["name"]))

    def write(self, settings, folder):
        model, tensors = self.members[0], [tensors_of(member) for member in self.members]
        base = None
        if settings["base"] is not None:
            first = whole_model(settings["base"])
            same_architecture(first, model, (settings["base"]["name"], self.places[0]["name"]))
            base = tensors_of(first)
        vector = lambda each, name: (each[name] if base is None else each[name] - base[name]).numpy()
        least = thresholds(settings, [(each, each.keys()) for each in tensors], vector)
        for name in list(tensors[0]):
            vectors = [vector(each, name) for each in tensors]
            if base is None:
                merged = linear(vectors, weights_of(settings))
            else:
                merged = base[name].numpy() + combined(settings, name, vectors, least)
            with torch.no_grad():
                tensors[0][name].copy_(torch.from_numpy(numpy.asarray(merged)))
        return write_model(folder, model, self.places[0]["folder"])

    def prepare(self, device):
        self.model = whole_model(self.places[0]).to(device).eval()
        return self.model

    def stir(self, taken):
        each = [tensors_of(self.members[place]) for place in taken]
        with torch.no_grad():
            for name, tensor in self.model.named_parameters():
                tensor.copy_(torch.from_numpy(linear([one[name].numpy() for one in each], [1] * len(each))))


def weights_of(settings):
    """A mean has weights that add up to one."""
    weights = settings["weights"]
    if settings["method"] == "task-arithmetic":
        return [settings["scale"] * each for each in weights]
    return [each / sum(weights) for each in weights]


def make_soup(settings, members, tokenizer):
    """The members of a greedy soup have the weight one, the others none; and what was tried."""
    model = members.prepare(device_of(settings["device"]))
    room = getattr(model.config, "max_position_embeddings", None)
    judge = Judge(tokenizer, settings["questions"], room, settings["asked"])
    events.say("judging", pairs=judge.pairs, tooLong=judge.too_long)

    def measure(taken):
        members.stir(taken)
        return judge.score(model)

    tell = lambda taken, score: events.say("trial", members=list(taken), score=score)
    taken, trials = greedy_soup(len(settings["places"]), Trials(settings["trials"], measure, tell).score)
    settings["weights"] = [float(place in taken) for place in range(len(settings["places"]))]
    return {"pairs": judge.pairs, "tooLong": judge.too_long, "trials": trials}


def merge(settings):
    tokenizer = shared_tokenizer([*settings["places"], *([settings["base"]] if settings["base"] else [])])
    members = (Adapters if are_adapters(settings["places"]) else Models)(settings)
    events.say("loaded", members=len(settings["places"]))
    soup = make_soup(settings, members, tokenizer) if settings["method"] == "greedy-soup" else None
    folder = settings["folder"]
    os.makedirs(folder, exist_ok=True)
    parameters = members.write(settings, folder)
    tokenizer.save_pretrained(folder)
    versions = {"numpy": numpy.__version__, "torch": torch.__version__, "transformers": transformers.__version__}
    events.say(
        "done", kind=members.kind, parameters=parameters, weights=settings["weights"], soup=soup, versions=versions
    )


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        settings = json.load(file)
    transformers.logging.set_verbosity_error()
    try:
        merge(settings)
    except Refused as error:
        fail(events, "refused", str(error))
    except MemoryError:
        fail(events, "out-of-memory", "the models do not fit into memory side by side")


if __name__ == "__main__":
    main()
