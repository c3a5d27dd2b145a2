"""Rows as trees of tokens: what several parts of a row begin with is read once, not once for each part.

A token sees those before it in its own parts alone, at the places that they have there, so that the loss is the one of
the parts side by side. The parts of a row are asked of one script, and their answers begin alike: half of the tokens
are saved, and no padding is computed.
"""

import torch

from rows import NOT_LEARNED


# Of whose attention it was seen that masks and places are taken as they are given.
PACKED = ("llama",)


def can_pack(model):
    """Whether a model takes any mask: plain attention in all layers, told where each token stands."""
    config = model.config
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    plain = kinds == {"full_attention"} and getattr(config, "sliding_window", None) is None
    return plain and config._attn_implementation in ("sdpa", "eager") and config.model_type in PACKED


class Tree:
    """The tokens of the parts of a row; each stands behind its parent."""

    def __init__(self, parts):
        self.tokens, self.parents, self.depths, self.children = [], [], [], {}
        # What is learned: from which token, which one, and of which part.
        self.learned = []
        for number, part in enumerate(parts):
            self.add(part, number)

    def add(self, part, number):
        at = -1
        for token, label in zip(part["input_ids"], part["labels"]):
            if label != NOT_LEARNED and at >= 0:
                self.learned.append((at, label, number))
            at = self.child(at, token)

    def child(self, at, token):
        if (at, token) not in self.children:
            self.children[at, token] = len(self.tokens)
            self.depths.append(0 if at < 0 else self.depths[at] + 1)
            self.tokens.append(token)
            self.parents.append(at)
        return self.children[at, token]

    def seen(self, width):
        """Which tokens each one sees, of `width`; those that fill up see themselves."""
        mask = torch.eye(width, dtype=torch.bool)
        for at, parent in enumerate(self.parents):
            if parent >= 0:
                mask[at] |= mask[parent]
        return mask


class PackedCollator:
    """Rows side by side, one sequence for each; `weights` and `names` are of their parts, as in `Collator`."""

    def __init__(self, pad, names):
        self.pad, self.names = pad, names

    def __call__(self, rows):
        trees = [Tree(row["parts"]) for row in rows]
        width = max(len(tree.tokens) for tree in trees)
        filled = lambda values, fill: values + [fill] * (width - len(values))
        before = [sum(len(row["parts"]) for row in rows[:place]) for place in range(len(rows))]
        learned = [
            (place, at, label, before[place] + number)
            for place, tree in enumerate(trees)
            for at, label, number in tree.learned
        ]
        return {
            "input_ids": torch.tensor([filled(tree.tokens, self.pad) for tree in trees]),
            "position_ids": torch.tensor([filled(tree.depths, 0) for tree in trees]),
            "attention_mask": torch.stack([tree.seen(width) for tree in trees])[:, None],
            # Row, place, token and part of all that is learned.
            "learned": torch.tensor(learned),
            "lengths": torch.tensor([len(tree.tokens) for tree in trees]),
            "weights": torch.tensor([1 / len(rows) / len(row["parts"]) for row in rows for _ in row["parts"]]),
            "names": torch.tensor([self.names.index(name) for row in rows for name in row["names"]]),
        }


def packed_losses(model, inputs):
    """Mean cross-entropy of the learned tokens of each part. Logits are computed only where one is learned."""
    row, at, token, part = inputs["learned"].unbind(1)
    kept, place = at.unique(return_inverse=True)
    logits = model(
        input_ids=inputs["input_ids"],
        position_ids=inputs["position_ids"],
        attention_mask=inputs["attention_mask"],
        logits_to_keep=kept,
    ).logits
    each = torch.nn.functional.cross_entropy(logits[row, place].float(), token, reduction="none")
    count = len(inputs["weights"])
    zeros = torch.zeros(count, device=each.device)
    return zeros.index_add(0, part, each) / zeros.index_add(0, part, torch.ones_like(each))
