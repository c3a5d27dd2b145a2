"""How close models are to a teacher on rows of dev: `python skd_measure.py <settings.json>`, for `distill skd eval`.

Each model writes an answer to each question together with the teacher, and both read the recorded answer. What is found
is kept line by line: the same call goes on where it was ended.
"""

import json
import os
import sys

import offline
from events import Events, Refused, end_with_parent, fail

events = Events()
offline.close()
end_with_parent()

import torch
import transformers
from peft import PeftModel
from torch.nn.functional import cross_entropy

from skd import kept_lines
from skd.divergence import KINDS, divergence
from skd.reading import Reading
from skd.sampling import interleave
from skd.skd_rows import load
from skd.skd_trainer import answer_logits, batch_of, rules_of, seed_of
from skd.teachers import load_teacher_tokenizer, teacher_of, width_of
from students import device_of, load_model, load_tokenizer


def load_student(who, device):
    model = load_model(who["base"], device)
    if os.path.isfile(os.path.join(who["folder"], "adapter_config.json")):
        model = PeftModel.from_pretrained(model, who["folder"]).merge_and_unload()
    return model.to(device).eval()


def measure(student, teacher, row, settings, rules, tokenizer):
    """Cross-entropy and divergences of the recorded answer, where it ran; tokens of an own answer that were accepted."""
    device = next(student.parameters()).device
    found = {"entropy": None, **{kind: None for kind in KINDS}}
    answer = row["recorded"]
    if row["ran"]:
        with torch.no_grad():
            ours = answer_logits(student, batch_of([row["question"]], [answer], tokenizer.pad_token_id, device))
            batch = batch_of([row["for_teacher"]], [answer], tokenizer.pad_token_id, device)
            theirs = teacher.logits(lambda model: answer_logits(model, batch))
            found["entropy"] = cross_entropy(ours.float(), torch.tensor(answer, device=device)).item()
            for kind in KINDS:
                found[kind] = divergence(kind, theirs, ours).mean().item()
    prompts = (row["question"], row["for_teacher"])
    seed = seed_of(settings["seed"], "eval", row["index"])
    drawn = interleave(Reading(student, teacher.width), teacher.reading(), prompts, rules, seed)
    return {**found, "accepted": sum(drawn.accepted), "judged": len(drawn.accepted)}


def main(settings):
    device = device_of(settings["device"])
    tokenizer = load_tokenizer(settings["base"])
    tokenizers = (tokenizer, load_teacher_tokenizer(settings, tokenizer))
    rules = rules_of(settings, tokenizer)
    # What the base is the teacher of is measured as any other: with all its weights apart.
    teacher = None
    rows, too_long = load(tokenizers, settings["dev"], settings, False)
    rows = [] if rows is None else list(rows)[: settings["limit"]]
    file, lines = kept_lines.begin(settings["kept"])
    done = {(line["who"], line["row"]) for line in lines}
    for who in settings["who"]:
        left = [row for row in rows if (who["name"], row["index"]) not in done]
        if not left:
            continue
        student = load_student(who, device)
        teacher = teacher or teacher_of({**settings, "method": "full"}, device, student)
        teacher.width = width_of(teacher.model, student)
        for number, row in enumerate(left, 1):
            found = measure(student, teacher, row, settings, rules, tokenizer)
            kept_lines.add(file, {"who": who["name"], "row": row["index"], **found})
            events.say("note", text=f"{who['title']}: row {number} of {len(left)}")
    events.say("measured", rows=len(rows), tooLong=too_long)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    with open(sys.argv[1], encoding="utf-8") as settings_file:
        asked = json.load(settings_file)
    try:
        main(asked)
    except Refused as error:
        fail(events, "refused", str(error))
