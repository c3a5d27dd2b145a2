"""What is merged: whole models by the names of their tensors, or adapters as what they add to their base."""

import json
import math
import os

import torch
from safetensors.torch import load_file

from events import Refused
from students import load_model

from decoding.members import is_adapter

# Forms of LoRA in which an adapter is more than B A, scaled.
NOT_PLAIN = ("use_dora", "modules_to_save", "rank_pattern", "alpha_pattern", "layer_replication", "trainable_token_indices", "fan_in_fan_out")


class Adapter:
    """`factors`: by the name of a layer A (rank by inputs) and B (outputs by rank); what it adds is scale B A."""

    def __init__(self, place):
        with open(os.path.join(place["folder"], "adapter_config.json"), encoding="utf-8") as file:
            self.config = json.load(file)
        more = [name for name in NOT_PLAIN if self.config.get(name)]
        if self.config.get("peft_type") != "LORA" or self.config.get("bias", "none") != "none" or more:
            raise Refused(f"{place['name']} is no plain LoRA adapter ({', '.join(more) or 'peft_type or bias'})")
        rank = self.config["r"]
        self.rank = rank
        self.scale = self.config["lora_alpha"] / (math.sqrt(rank) if self.config.get("use_rslora") else rank)
        found = load_file(os.path.join(place["folder"], "adapter_model.safetensors"))
        self.factors = {}
        for name, tensor in found.items():
            layer, _, factor = name.removesuffix(".weight").rpartition(".lora_")
            if factor not in ("A", "B") or tensor.dim() != 2:
                raise Refused(f"{place['name']} is no plain LoRA adapter ({name})")
            self.factors.setdefault(layer, {})[factor] = tensor.double()

    def layers(self):
        return self.factors.keys()

    def delta(self, layer):
        """What it adds to the weights of a layer; None: nothing."""
        factors = self.factors.get(layer)
        return None if factors is None else (self.scale * factors["B"] @ factors["A"]).numpy()


def same_base(places):
    """The base of all adapters. Refuses where they stand on several."""
    first = places[0]
    for place in places[1:]:
        if os.path.realpath(place["base"]) != os.path.realpath(first["base"]):
            raise Refused(f"{first['name']} and {place['name']} stand on different bases: {first['base']} and {place['base']}")
    return first["base"]


def are_adapters(places):
    kinds = {is_adapter(place["folder"]): place["name"] for place in places}
    if len(kinds) == 2:
        raise Refused(f"{kinds[True]} is an adapter, {kinds[False]} a whole model: only models of one kind are merged")
    return True in kinds


def same_shapes(adapters, places):
    """Refuses adapters whose layers are not of the same size: their bases are not alike."""
    shapes = {}
    for adapter, place in zip(adapters, places):
        for layer, factors in adapter.factors.items():
            shape = (factors["B"].shape[0], factors["A"].shape[1])
            if shapes.setdefault(layer, (shape, place["name"]))[0] != shape:
                raise Refused(f"{shapes[layer][1]} and {place['name']} differ in architecture: {layer}")


def whole_model(place):
    return load_model(place["folder"], "cpu")


def tensors_of(model):
    """The parameters by name, each once; buffers are computed, not learned."""
    return {name: each.detach() for name, each in model.named_parameters()}


def same_architecture(first, other, names):
    """Refuses two models whose parameters are not the same by name and shape."""
    one, two = tensors_of(first), tensors_of(other)
    for name in sorted(one.keys() | two.keys()):
        shapes = [tuple(each[name].shape) if name in each else "none" for each in (one, two)]
        if shapes[0] != shapes[1]:
            raise Refused(f"{names[0]} and {names[1]} differ in architecture: {name} is {shapes[0]} and {shapes[1]}")


def place_of_layer(model, layer):
    """The parameter that an adapter's layer adds to: `base_model.model.` is the wrapper of PEFT."""
    return model.get_submodule(layer.removeprefix("base_model.model.")).weight


def add_to(model, layer, delta):
    weight = place_of_layer(model, layer)
    with torch.no_grad():
        weight.add_(torch.from_numpy(delta).to(weight.device, weight.dtype))
