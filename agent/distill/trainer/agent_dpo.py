"""mDPO of Magnet (arXiv 2503.07826): DPO over all turns of an agent, and over nothing that it was told or answered.

L = L_SFT + lambda * L_mDPO: the losses `sft` and `sigmoid` of TRL, with a mask that holds the agent's tokens only.
"""

import math
import os

import torch
from datasets import Dataset
from transformers import EarlyStoppingCallback
from trl import DPOConfig, DPOTrainer

from events import Refused
from parts_trainer import NotFinite
from rows import NOT_LEARNED, encode_turns, read_rows, share_of

SIDES = ("chosen", "rejected")


def load_pairs(tokenizer, path, max_length, percent=100):
    """The pairs that fit, and how many do not."""
    kept, too_long = [], 0
    for row in share_of(read_rows(path), percent):
        parts = {part["name"]: encode_turns(tokenizer, part["messages"]) for part in row["parts"]}
        if set(parts) != set(SIDES):
            raise Refused(f"{path} holds no pairs of conversations: make them with distill tools pairs")
        if max(len(part["input_ids"]) for part in parts.values()) > max_length:
            too_long += 1
        else:
            kept.append(parts)
    return (Dataset.from_list(kept) if kept else None), too_long


class PairCollator:
    """The chosen conversations, then the rejected ones, as DPOTrainer reads them."""

    def __init__(self, pad):
        self.pad = pad

    def __call__(self, rows):
        parts = [row[side] for side in SIDES for row in rows]
        width = max(len(part["input_ids"]) for part in parts)
        ids = torch.full((len(parts), width), self.pad)
        attention = torch.zeros((len(parts), width), dtype=torch.long)
        learned = torch.zeros((len(parts), width), dtype=torch.long)
        for place, part in enumerate(parts):
            length = len(part["input_ids"])
            ids[place, :length] = torch.tensor(part["input_ids"])
            attention[place, :length] = 1
            learned[place, :length] = (torch.tensor(part["labels"]) != NOT_LEARNED).long()
        return {"input_ids": ids, "attention_mask": attention, "completion_mask": learned}


class AgentDpo(DPOTrainer):
    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.dev_parts = {}

    def _prepare_dataset(self, dataset, *more):
        # Its rows are tokens already, with what is the agent's marked.
        return dataset

    @property
    def tokens(self):
        return self._total_train_tokens

    def compute_loss(self, *arguments, **more):
        loss = super().compute_loss(*arguments, **more)
        if not torch.isfinite(loss[0] if isinstance(loss, tuple) else loss).all():
            raise NotFinite("the loss is not a number")
        return loss


def config_of(settings, common, pairs, has_dev):
    own = common(math.ceil(pairs / settings["batch"]) * settings["epochs"])
    return DPOConfig(
        **own,
        beta=settings["mdpo"]["beta"],
        loss_type=["sigmoid", "sft"],
        loss_weights=[settings["mdpo"]["weight"], 1.0],
        max_length=None,
        per_device_eval_batch_size=settings["microBatch"],
        eval_strategy="steps" if has_dev else "no",
        eval_steps=own["save_steps"],
        eval_on_start=has_dev,
        load_best_model_at_end=has_dev,
        metric_for_best_model="eval_loss" if has_dev else None,
        greater_is_better=False if has_dev else None,
    )


def mdpo_trainer(model, tokenizer, settings, more):
    """The trainer, its numbers of pairs, and how many were too long. `more`: what all kinds of training share."""
    if settings["method"] == "full" and os.path.isfile(settings["base"]):
        raise Refused("mdpo with all parameters needs a base that is a folder: it is loaded a second time as reference")
    train, too_long = load_pairs(tokenizer, settings["train"], settings["maxLength"], settings["share"])
    dev, dev_too_long = load_pairs(tokenizer, settings["dev"], settings["maxLength"])
    if train is None:
        raise Refused(f"no pair of {settings['train']} fits in {settings['maxLength']} tokens: raise --max-length")
    stop = [EarlyStoppingCallback(settings["patience"])] if dev and settings["patience"] else []
    trainer = AgentDpo(
        model=model,
        args=config_of(settings, more["common"], len(train), dev is not None),
        train_dataset=train,
        eval_dataset=dev,
        processing_class=tokenizer,
        data_collator=PairCollator(tokenizer.pad_token_id),
        peft_config=more["peft"],
        callbacks=[*more["callbacks"], *stop],
    )
    return trainer, {"train": len(train), "dev": len(dev or [])}, too_long + dev_too_long
