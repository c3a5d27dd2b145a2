"""Supervised fine-tuning on rows of one or more parts: the loss is the mean over the parts of all rows of a step."""

import torch
from torch.nn.functional import cross_entropy
from trl import SFTTrainer

from packing import packed_losses
from rows import NOT_LEARNED


class NotFinite(Exception):
    """A loss or a gradient that is no number."""


def losses_of(model, inputs):
    """Mean cross-entropy of the learned tokens of each sequence. Logits are computed only where one is learned."""
    labels = inputs["labels"][:, 1:]
    learned = (labels != NOT_LEARNED).any(dim=0).nonzero().squeeze(-1)
    logits = model(
        input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], logits_to_keep=learned
    ).logits
    targets = labels[:, learned]
    each = cross_entropy(
        logits.float().transpose(1, 2), targets, ignore_index=NOT_LEARNED, reduction="none"
    )
    return each.sum(dim=1) / (targets != NOT_LEARNED).sum(dim=1)


class PartsTrainer(SFTTrainer):
    def __init__(self, *arguments, part_names, **more):
        super().__init__(*arguments, **more)
        # The loss is a mean over rows: the steps of an accumulation are averaged, not weighted by their tokens.
        self.model_accepts_loss_kwargs = False
        self.part_names = part_names
        self.tokens = 0
        self.dev_parts = {}

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        is_packed = "learned" in inputs
        losses = (packed_losses if is_packed else losses_of)(model, inputs)
        loss = (inputs["weights"] * losses).sum()
        if not torch.isfinite(loss):
            raise NotFinite("the loss is not a number")
        if model.training:
            self.tokens += int((inputs["lengths"] if is_packed else inputs["attention_mask"]).sum())
        else:
            self.note(inputs["names"], losses)
        return (loss, {"losses": losses}) if return_outputs else loss

    def note(self, names, losses):
        for name, loss in zip(names.tolist(), losses.tolist()):
            self.dev_parts.setdefault(self.part_names[name], []).append(loss)

    def prediction_step(self, model, inputs, prediction_loss_only, ignore_keys=None):
        inputs = self._prepare_inputs(inputs)
        with torch.no_grad():
            loss = self.compute_loss(model, inputs)
        return loss.detach(), None, None

    def log(self, logs, start_time=None):
        # SFTTrainer adds means of its own, over what it would have computed.
        super(SFTTrainer, self).log(logs, start_time)
