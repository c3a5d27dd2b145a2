"""What a model is worth in a role, by calls of runs whose outcomes are known: nothing is executed anew.

The share of pairs of calls of one step of a run in which the reply with the better outcome is the likelier one, each to
its own question, by the mean log-probability of its tokens. A half is chance.
"""

import torch

from asked import shown
from events import Refused
from rows import NOT_LEARNED, encode_part, read_rows


class Judge:
    def __init__(self, tokenizer, path, room, asked):
        self.groups, self.too_long, self.asked = [], 0, asked
        for group in read_rows(path):
            calls = [self.read(tokenizer, call, room) for call in group["calls"]]
            self.groups.append([call for call in calls if call is not None])
        self.pairs = sum(len(list(pairs_of(group))) for group in self.groups)
        if self.pairs == 0:
            raise Refused(f"no two recorded calls with different outcomes fit in the {room} tokens of these models")

    def read(self, tokenizer, call, room):
        part = encode_part(tokenizer, call["messages"] if self.asked is None else shown(call["messages"], self.asked))
        if room is not None and len(part["input_ids"]) > room:
            self.too_long += 1
            return None
        return {**part, "outcome": call["outcome"]}

    def score(self, model):
        right = 0.0
        for group in self.groups:
            pairs = list(pairs_of(group))
            # Calls that stand in no pair say nothing.
            likely = {each: likelihood(model, group[each]) for each in sorted({each for pair in pairs for each in pair})}
            for better, worse in pairs:
                right += 0.5 if likely[better] == likely[worse] else float(likely[better] > likely[worse])
        return right / self.pairs


def pairs_of(group):
    """Places of two calls, that with the better outcome first."""
    for better, one in enumerate(group):
        for worse, other in enumerate(group):
            if one["outcome"] > other["outcome"]:
                yield better, worse


def likelihood(model, call):
    """Mean log-probability of the tokens of the reply."""
    tokens, labels = (torch.tensor([call[key]], device=model.device) for key in ("input_ids", "labels"))
    with torch.no_grad():
        logits = model(input_ids=tokens).logits[0, :-1].float()
    learned = labels[0, 1:] != NOT_LEARNED
    likely = torch.log_softmax(logits[learned], -1)
    return likely.gather(1, labels[0, 1:][learned].unsqueeze(1)).mean().item()
