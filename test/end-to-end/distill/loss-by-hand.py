"""What the loss of rows with three parts is, by the trainer and by hand: `python loss-by-hand.py <trainer> <model>`."""

import json
import sys

sys.path.insert(0, sys.argv[1])

import torch
from torch.nn.functional import cross_entropy

from packing import PackedCollator, can_pack, packed_losses
from parts_trainer import losses_of
from rows import NOT_LEARNED, Collator, encode
from students import load_model, load_tokenizer, prompt_text

NAMES = ["forward", "backward-question", "backward"]
model, tokenizer = load_model(sys.argv[2], "cpu"), load_tokenizer(sys.argv[2])
# The pitfall: padding that looks like the end of an answer, which is learned.
tokenizer.pad_token = tokenizer.eos_token


def row(number):
    said = {"role": "assistant", "content": "Clip the target." * (number + 1)}
    part = lambda name: {
        "name": name,
        "messages": [{"role": "user", "content": f"{name} {number}"}, said],
    }
    return {"parts": [part(name) for name in NAMES]}


def by_hand(messages):
    """The mean cross-entropy of the answer of one part, alone and without padding."""
    prompt = tokenizer(prompt_text(tokenizer, messages[:-1]), add_special_tokens=False)["input_ids"]
    answer = tokenizer(messages[-1]["content"] + tokenizer.eos_token, add_special_tokens=False)["input_ids"]
    logits = model(input_ids=torch.tensor([prompt + answer])).logits[0]
    return cross_entropy(logits[len(prompt) - 1 : -1], torch.tensor(answer)).item()


rows = [row(0), row(1)]
encoded, _ = encode(tokenizer, rows, 256)
batch = Collator(tokenizer.pad_token_id, NAMES)(encoded)
model.eval()
with torch.no_grad():
    loss = (batch["weights"] * losses_of(model, batch)).sum().item()
    # Rows of different numbers of parts, of which some begin alike.
    mixed = [encoded[0], {"parts": encoded[1]["parts"][:2] * 2, "names": encoded[1]["names"][:2] * 2}]
    packed = PackedCollator(tokenizer.pad_token_id, NAMES)(mixed)
    packed_each = packed_losses(model, packed)
    hands = [by_hand(part["messages"]) for each in rows for part in each["parts"]]
learned = batch["labels"] != NOT_LEARNED
print(
    json.dumps(
        {
            "sequences": len(batch["input_ids"]),
            "loss": loss,
            "canPack": can_pack(model),
            # Each part of both rows beside itself by hand.
            "packedOff": max(
                abs(one - other) for one, other in zip(packed_each.tolist(), hands[:3] + hands[3:5] * 2)
            ),
            "tokensSaved": sum(len(part["input_ids"]) for row in mixed for part in row["parts"])
            - int(packed["lengths"].sum()),
            "byHand": sum(hands) / len(hands),
            "learnedPadding": int((learned & (batch["attention_mask"] == 0)).sum()),
            "firstLearned": [
                tokenizer.decode(ids[keep][:1]) for ids, keep in zip(batch["input_ids"], learned)
            ],
            "lastLearned": [tokenizer.decode(ids[keep][-1:]) for ids, keep in zip(batch["input_ids"], learned)],
            "tooLong": len(encode(tokenizer, rows, 30)[1]),
        }
    )
)
