"""Role calls as tokens: what the student is shown, what the teacher is shown, and what was answered when it was recorded."""

import torch
from datasets import Dataset

from events import Refused
from rows import encode_part, read_rows, share_of
from students import prompt_text


def shown_more(messages, more):
    """The question with what only the teacher is told, at its end."""
    *before, last = messages
    return [*before, {**last, "content": f"{last['content']}\n\n{more}"}]


def ids_of(tokenizer, messages):
    return tokenizer(prompt_text(tokenizer, messages), add_special_tokens=False)["input_ids"]


def encode_row(row, index, tokenizers, privileged):
    student, teacher = tokenizers
    messages = row["parts"][0]["messages"]
    part = encode_part(student, messages)
    answer = [each for each in part["labels"] if each >= 0]
    more = row.get("privileged") if privileged else None
    question = messages[:-1] if more is None else shown_more(messages[:-1], more)
    return {
        "index": index,
        "question": part["input_ids"][: -len(answer)],
        "for_teacher": ids_of(teacher, question),
        "recorded": answer,
        "ran": bool(row.get("ran", True)),
    }


def load(tokenizers, path, settings, needs_answer, percent=100):
    """The rows that can be learned from, and how many are too long."""
    options, most = settings["skd"], settings["answerTokens"]
    kept, too_long = [], []
    for index, row in enumerate(share_of(read_rows(path), percent)):
        if needs_answer and not row.get("ran", True):
            continue
        if options["teacher"] == "self" and row.get("privileged") is None:
            continue
        each = encode_row(row, index, tokenizers, options["privileged"])
        answer = len(each["recorded"]) if needs_answer else most
        length = max(len(each["question"]), len(each["for_teacher"])) + answer
        if length > settings["maxLength"]:
            too_long.append(length)
        else:
            kept.append(each)
    if not kept and too_long:
        raise Refused(
            f"no row of {path} fits in {settings['maxLength']} tokens, the shortest has {min(too_long)}: raise --max-length"
        )
    return (Dataset.from_list(kept) if kept else None), len(too_long)


def by_row(rows):
    """Rows side by side, of different lengths: they are padded once it is known what is learned."""
    return {"indices": torch.tensor([row["index"] for row in rows]), "rows": rows}
