"""Rows of a data set as tokens: what is learned has its own labels, everything before it has none."""

import hashlib
import json
import math

import torch
from datasets import Dataset

from events import Refused
from students import answer_text, prompt_text

NOT_LEARNED = -100


def read_rows(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def share_of(rows, percent):
    """A part of the rows that does not depend on their order: the smaller one is within the larger one."""
    drawn = sorted(rows, key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())
    kept = {row["id"] for row in drawn[: math.ceil(len(rows) * percent / 100)]}
    return [row for row in rows if row["id"] in kept]


def with_parts(rows, names):
    """The rows with no parts but these; none without one of them."""
    if names is None:
        return rows
    cut = [{**row, "parts": [part for part in row["parts"] if part["name"] in names]} for row in rows]
    return [row for row in cut if row["parts"]]


def encode_part(tokenizer, messages):
    """Prompt and answer are tokenized apart, as they will be when the model answers."""
    prompt = tokenizer(prompt_text(tokenizer, messages[:-1]), add_special_tokens=False)["input_ids"]
    answer = tokenizer(answer_text(tokenizer, messages), add_special_tokens=False)["input_ids"]
    return {"input_ids": prompt + answer, "labels": [NOT_LEARNED] * len(prompt) + answer}


def encode_turns(tokenizer, messages):
    """A conversation of which every answer is learned: each is tokenized apart from what stands before it."""
    ids, labels, done = [], [], ""
    for place, message in enumerate(messages):
        if message["role"] != "assistant":
            continue
        prompt = prompt_text(tokenizer, messages[:place])
        if not prompt.startswith(done):
            raise Refused("the chat template of this model changes what stands before an answer: it learns no conversations")
        told = tokenizer(prompt[len(done) :], add_special_tokens=False)["input_ids"]
        said = answer_text(tokenizer, messages[: place + 1])
        answer = tokenizer(said, add_special_tokens=False)["input_ids"]
        ids += told + answer
        labels += [NOT_LEARNED] * len(told) + answer
        done = prompt + said
    return {"input_ids": ids, "labels": labels}


def encoded(tokenizer, part):
    """A part by its name: of a conversation (`turns`) all answers are learned, of any other the last message."""
    return (encode_turns if part["name"] == "turns" else encode_part)(tokenizer, part["messages"])


def encode(tokenizer, rows, max_length):
    """The rows that fit, and the lengths of those that do not."""
    kept, lengths = [], []
    for row in rows:
        parts = [encoded(tokenizer, part) for part in row["parts"]]
        longest = max(len(part["input_ids"]) for part in parts)
        if longest > max_length:
            lengths.append(longest)
        else:
            kept.append({"parts": parts, "names": [part["name"] for part in row["parts"]]})
    return kept, lengths


def load_set(tokenizer, path, settings, percent=100, most=None):
    """`most`: rows at most, drawn as those of a share are."""
    max_length = settings["maxLength"]
    wanted = share_of(with_parts(read_rows(path), settings["parts"]), percent)
    if most is not None and most < len(wanted):
        wanted = share_of(wanted, 100 * most / len(wanted))[:most]
    rows, too_long = encode(tokenizer, wanted, max_length)
    if not rows and too_long:
        raise Refused(
            f"no row of {path} fits in {max_length} tokens, the shortest has {min(too_long)}: raise --max-length"
        )
    return (Dataset.from_list(rows) if rows else None), len(too_long)


class Collator:
    """Rows side by side: one sequence for each part, each with its share of the loss and the number of its name."""

    def __init__(self, pad, names):
        self.pad = pad
        self.names = names

    def __call__(self, rows):
        parts = [part for row in rows for part in row["parts"]]
        width = max(len(part["input_ids"]) for part in parts)
        filled = lambda key, fill: torch.tensor(
            [part[key] + [fill] * (width - len(part[key])) for part in parts]
        )
        return {
            "input_ids": filled("input_ids", self.pad),
            "labels": filled("labels", NOT_LEARNED),
            # Not by the pad token: where it is the end token as well, that one is learned.
            "attention_mask": torch.tensor(
                [[1] * len(part["input_ids"]) + [0] * (width - len(part["input_ids"])) for part in parts]
            ),
            "weights": torch.tensor([1 / len(rows) / len(row["parts"]) for row in rows for _ in row["parts"]]),
            "names": torch.tensor([self.names.index(name) for row in rows for name in row["names"]]),
        }
