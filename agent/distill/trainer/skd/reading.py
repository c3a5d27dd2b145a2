"""What a model says next in a sequence that grows and is cut: what was read stays in its cache."""

import torch
from transformers import DynamicCache


class Reading:
    """Called with tokens and a count: the logits [count, V] after each of the last `count` tokens."""

    def __init__(self, model, width=None):
        self.model = model
        self.width = width
        self.cache = DynamicCache()
        self.known = []

    @torch.no_grad()
    def __call__(self, tokens, count):
        same = 0
        while same < min(len(self.known), len(tokens)) and self.known[same] == tokens[same]:
            same += 1
        keep = min(same, len(tokens) - count)
        if keep < len(self.known):
            # A negative number says how many are taken off.
            self.cache.crop(keep - len(self.known))
        device = next(self.model.parameters()).device
        new = torch.tensor([tokens[keep:]], device=device)
        said = self.model(
            input_ids=new,
            attention_mask=torch.ones(1, len(tokens), dtype=torch.long, device=device),
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=count,
        )
        self.known = list(tokens)
        return said.logits[0, :, : self.width].float()
