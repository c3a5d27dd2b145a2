"""Merged weights as a folder that can answer, and be trained on."""

import json
import os

import torch
from safetensors.torch import save_file
from transformers import AutoConfig


def write_adapter(folder, adapters, weights, base):
    """The weighted sum of adapters, exactly: their factors side by side, so that the ranks add up."""
    taken = [(adapter, weight) for adapter, weight in zip(adapters, weights) if weight != 0]
    rank = sum(adapter.rank for adapter, _ in taken)
    layers = sorted({layer for adapter, _ in taken for layer in adapter.layers()})
    tensors = {}
    for layer in layers:
        having = [(adapter, weight) for adapter, weight in taken if layer in adapter.factors]
        rows = torch.cat([adapter.factors[layer]["A"] for adapter, _ in having])
        columns = torch.cat([weight * adapter.scale * adapter.factors[layer]["B"] for adapter, weight in having], 1)
        # Where an adapter leaves a layer as it is, its part of the rank adds nothing.
        missing = rank - len(rows)
        tensors[f"{layer}.lora_A.weight"] = torch.nn.functional.pad(rows, (0, 0, 0, missing)).float().contiguous()
        tensors[f"{layer}.lora_B.weight"] = torch.nn.functional.pad(columns, (0, missing)).float().contiguous()
    modules = sorted({layer.rpartition(".")[2] for layer in layers})
    config = {
        **adapters[0].config,
        "r": rank,
        # A scale of 1: those of the parents are in B.
        "lora_alpha": rank,
        "use_rslora": False,
        "target_modules": modules,
        "base_model_name_or_path": base,
        "inference_mode": True,
    }
    save_file(tensors, os.path.join(folder, "adapter_model.safetensors"), metadata={"format": "pt"})
    with open(os.path.join(folder, "adapter_config.json"), "w", encoding="utf-8") as file:
        json.dump(config, file, indent=2)
    return sum(each.numel() for each in tensors.values())


def write_model(folder, model, source):
    """In the precision of the first parent."""
    kind = torch.float32 if os.path.isfile(source) else AutoConfig.from_pretrained(source, local_files_only=True).dtype
    model.config.use_cache = True
    model.to(kind or torch.float32).save_pretrained(folder)
    return sum(each.numel() for each in model.parameters())
