"""mDPO on logits written by hand, and its mask: `python mdpo-by-hand.py <trainer> <model>`."""

import json
import math
import sys
import tempfile
from types import SimpleNamespace

sys.path.insert(0, sys.argv[1])

import torch
from datasets import Dataset

from agent_dpo import AgentDpo, PairCollator, config_of
from rows import NOT_LEARNED, encode_turns
from students import load_model, load_tokenizer

VOCABULARY = 4
# What is said: a question, a turn, two words of an observation, a turn.
TOKENS = [0, 1, 2, 3, 1]
TURNS = {1: 0.6, 4: -0.2}


def logits_of(ratios):
    """Logits whose log-probabilities are those of chance, and higher by a ratio where one is given."""
    logits = torch.zeros(1, len(TOKENS), VOCABULARY)
    for place, ratio in ratios.items():
        share = math.exp(ratio) / VOCABULARY
        logits[0, place - 1] = math.log((1 - share) / (VOCABULARY - 1))
        logits[0, place - 1, TOKENS[place]] = math.log(share)
    return logits


class Saying(torch.nn.Module):
    def __init__(self, logits):
        super().__init__()
        self.said = [logits]

    def forward(self, **more):
        return SimpleNamespace(logits=self.said[0].clone())


model, tokenizer = load_model(sys.argv[2], "cpu"), load_tokenizer(sys.argv[2])
common = lambda steps: dict(output_dir=tempfile.mkdtemp(), use_cpu=True, bf16=False, save_steps=1, report_to=[])
labels = [token if place in TURNS else NOT_LEARNED for place, token in enumerate(TOKENS)]
pair = {side: {"input_ids": TOKENS, "labels": labels} for side in ("chosen", "rejected")}
settings = {"batch": 1, "epochs": 1, "microBatch": 1, "mdpo": {"beta": 0.1, "weight": 1.0}}
trainer = AgentDpo(
    model=model,
    args=config_of(settings, common, 1, False),
    train_dataset=Dataset.from_list([pair]),
    processing_class=tokenizer,
    data_collator=PairCollator(0),
)
batch = PairCollator(0)([pair])
logits = torch.cat([logits_of(TURNS), logits_of({})]).requires_grad_()
trainer.ref_model = Saying(torch.zeros(2, len(TOKENS), VOCABULARY))


def loss_with(types, weights):
    trainer.loss_types, trainer.loss_weights = types, weights
    return trainer.compute_loss(Saying(logits), batch)


both = loss_with(["sigmoid", "sft"], [2.0, 1.0]).item()
sft = loss_with(["sft"], [1.0]).item()
loss = loss_with(["sigmoid"], [1.0])
loss.backward()
moved = logits.grad.abs().sum(dim=(0, 2))

messages = [
    {"role": "system", "content": "Tools."},
    {"role": "user", "content": "Look."},
    {"role": "assistant", "content": "One."},
    {"role": "user", "content": "Seen."},
    {"role": "assistant", "content": "Two."},
]
turns = encode_turns(tokenizer, messages)
print(
    json.dumps(
        {
            "loss": loss.item(),
            "both": both - 2 * loss.item() - sft,
            # The logits at a place say the token behind it.
            "moved": [place + 1 for place in range(len(TOKENS)) if moved[place] > 0],
            "text": tokenizer.decode(turns["input_ids"]),
            "learned": tokenizer.decode([token for token in turns["labels"] if token != NOT_LEARNED]),
        }
    )
)
