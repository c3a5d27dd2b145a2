"""Next tokens of models that write together, beside those by hand: `python mixtures-by-hand.py <trainer> <family> [<question>]`.

By hand: each model is loaded by itself, reads everything anew for each token, and the formulas are written out.
"""

import json
import math
import sys

sys.path.insert(0, sys.argv[1])

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from decoding.combine import contrasted, fused, shifted
from decoding.mixtures import Mixture
from events import Refused

family, *question = sys.argv[2:]
tokenizer = AutoTokenizer.from_pretrained(f"{family}/base")
STEPS = 6
IN_FULL = {"brief": True, "from": None, "patch": False, "ownFrames": False}


def place(name):
    base = "base" if name in ("a", "b") else name
    return {"name": name, "folder": f"{family}/{name}", "base": f"{family}/{base}"}


def alone(name):
    model = AutoModelForCausalLM.from_pretrained(place(name)["base"])
    return (PeftModel.from_pretrained(model, f"{family}/{name}") if name in ("a", "b") else model).eval()


models = {name: alone(name) for name in ("base", "other", "a", "b")}


def logits(name, tokens):
    with torch.no_grad():
        return models[name](input_ids=torch.tensor([tokens])).logits[0, -1].tolist()


def log_softmax(values):
    most = max(values)
    total = math.log(sum(math.exp(each - most) for each in values)) + most
    return [each - total for each in values]


def fuse(tokens, *names):
    each = [log_softmax(logits(name, tokens)) for name in names]
    return [sum(column) / len(column) for column in zip(*each)]


def contrast(tokens, good, bad):
    good, bad = log_softmax(logits(good, tokens)), log_softmax(logits(bad, tokens))
    least = max(good) + math.log(0.1)
    return [one - other if one >= least else -math.inf for one, other in zip(good, bad)]


def proxy(tokens, *names):
    return [base + tuned - untuned for base, tuned, untuned in zip(*(logits(name, tokens) for name in names))]


def switch(tokens, first, other):
    own = logits(first, tokens)
    likeliest = math.exp(max(log_softmax(own)))
    return own if likeliest >= BELOW else logits(other, tokens)


def text(tokens, name):
    return logits(name, tokens)


BELOW = 0.03
WAYS = {
    "alone": (text, ["a"]),
    "fuse": (fuse, ["a", "b"]),
    "fuse of three": (fuse, ["other", "a", "base"]),
    "contrast": (contrast, ["b", "a"]),
    "proxy": (proxy, ["other", "a", "base"]),
    "switch": (switch, ["base", "other"]),
}


def difference(ours, hand):
    """The largest one; what cannot be drawn must be the same."""
    if [math.isinf(each) for each in ours] != [math.isinf(each) for each in hand]:
        return math.inf
    return max(abs(one - other) for one, other in zip(ours, hand) if not math.isinf(one))


def compare(way):
    by_hand, names = WAYS[way]
    asked = {"way": way.split()[0], "plausible": 0.1, "below": BELOW, "device": "cpu", "asked": IN_FULL}
    mixture = Mixture([place(name) for name in names], asked)
    tokens = tokenizer("Clip the target.", add_special_tokens=False)["input_ids"]
    largest = 0
    mixture.begin()
    for _ in range(STEPS):
        scores = mixture.scores(tokens)
        largest = max(largest, difference(scores.tolist(), by_hand(tokens, *names)))
        tokens = [*tokens, int(scores.argmax())]
    return {"difference": largest, "switched": mixture.switched, "kept": int(torch.isfinite(scores).sum())}


def refusal():
    try:
        Mixture([place("base"), place("foreign")], {"way": "fuse", "plausible": 0.1, "below": 0.4, "device": "cpu", "asked": IN_FULL})
    except Refused as error:
        return str(error)
    return None


def asked_for():
    """Log-probabilities of the first token of an answer of a and b, fused."""
    shown = tokenizer.apply_chat_template(
        [{"role": "user", "content": question[0]}], tokenize=False, add_generation_prompt=True
    )
    tokens = tokenizer(shown, add_special_tokens=False)["input_ids"]
    likely = log_softmax(fuse(tokens, "a", "b"))
    order = sorted(range(len(likely)), key=lambda each: -likely[each])
    return {"tokens": len(tokens), "logprobs": [likely[each] for each in order[:5]]}


one, two = torch.tensor([0.0, math.log(3)]), torch.tensor([0.0, 0.0])
print(
    json.dumps(
        {
            # Half of log .25 and log .5, and so on.
            "fused": fused([one, two]).tolist(),
            "contrasted": [None if math.isinf(each) else each for each in contrasted(one, two, 0.5).tolist()],
            "shifted": shifted(one, two, one).tolist(),
            "refusal": refusal(),
            "ways": {way: compare(way) for way in WAYS},
            "asked": asked_for() if question else None,
        }
    )
)
