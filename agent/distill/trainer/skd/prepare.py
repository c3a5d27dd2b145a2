"""Makes the trainer of `distill skd train`: teacher, rows, what is drawn before the first step, what is kept of steps."""

import json
import os

from transformers import EarlyStoppingCallback, TrainerCallback

from events import Refused
from skd import kept_lines
from skd.skd_rows import by_row, load
from skd.skd_trainer import ON_POLICY, RECORDED, SEMI, SKD, SkdTrainer, rules_of, seed_of
from skd.teachers import load_teacher_tokenizer, teacher_of

# The acceptance on so many prompts chooses between both (`--schedule auto`).
PROMPTS = 64
# Ours: from there on hardly anything is replaced, and sequences of the student alone cost no pass of the teacher.
HIGH = 0.9


def skd_trainer(settings, device, model, tokenizer, more):
    """The trainer, its rows, and how many were too long. `more`: what all kinds of training share."""
    tokenizers = (tokenizer, load_teacher_tokenizer(settings, tokenizer))
    needs_answer = settings["trainer"] in RECORDED
    train, too_long = load(tokenizers, settings["train"], settings, needs_answer, settings["share"])
    dev, dev_too_long = load(tokenizers, settings["dev"], settings, True)
    if train is None:
        raise Refused(f"{settings['train']} holds no row that {settings['trainer']} can learn from")
    stop = [EarlyStoppingCallback(settings["patience"])] if dev and settings["patience"] else []
    trainer = SkdTrainer(
        model=model,
        args=more["config"](len(train), dev is not None),
        train_dataset=train,
        eval_dataset=dev,
        processing_class=tokenizer,
        data_collator=by_row,
        peft_config=more["peft"],
        callbacks=[*more["callbacks"], *stop],
        source=settings["trainer"],
        options=settings["skd"],
        rules=rules_of(settings, tokenizer),
        tokenizer=tokenizer,
    )
    trainer.model.to(trainer.args.device)
    trainer.teacher = teacher_of(settings, trainer.args.device, trainer.model)
    trainer.add_callback(Acceptance(trainer, settings["out"]))
    say = lambda text: more["events"].say("note", text=text)
    if settings["skd"]["schedule"] == "auto":
        trainer.source = scheduled(trainer, train, settings["out"], say)
    if trainer.source == SEMI:
        trainer.rollouts = roll_outs(trainer, train, settings["out"], say)
    return trainer, {"train": len(train), "dev": len(dev or [])}, too_long + dev_too_long


def rank():
    return os.environ.get("RANK", "0")


class Acceptance(TrainerCallback):
    """Keeps which tokens were accepted at each step, for the curves beside the model card."""

    def __init__(self, trainer, out):
        self.trainer = trainer
        self.path = os.path.join(out, "acceptance", f"{rank()}.jsonl")

    def on_train_begin(self, args, state, control, **more):
        done = state.global_step
        file, _ = kept_lines.begin(self.path, lambda line: line["step"] <= done)

        def keep(step, row, accepted):
            kept_lines.add(file, {"step": step, "row": row, "accepted": "".join("01"[each] for each in accepted)})

        self.trainer.log_acceptance = keep


def evenly(count, most):
    """Places of `most` rows that lie evenly among `count`: rows of one competition are neighbors."""
    return sorted({place * count // min(most, count) for place in range(min(most, count))})


def scheduled(trainer, rows, out, say):
    """Where most of what the student says stands anyway, it writes alone; else the teacher replaces what does not."""
    file, lines = kept_lines.begin(os.path.join(out, "schedule", f"{rank()}.jsonl"))
    places = evenly(len(rows), PROMPTS)
    for number, place in enumerate(places[len(lines) :], len(lines) + 1):
        row = rows[place]
        drawn = trainer.sample(trainer.model, row, seed_of(trainer.args.seed, "schedule", row["index"]), SKD)
        lines.append({"row": row["index"], "accepted": sum(drawn.accepted), "judged": len(drawn.accepted)})
        kept_lines.add(file, lines[-1])
        say(f"schedule: prompt {number} of {len(places)}")
    rate = sum(line["accepted"] for line in lines) / sum(line["judged"] for line in lines)
    chosen = ON_POLICY if rate >= HIGH else SKD
    with open(os.path.join(out, "schedule", "chosen.json"), "w", encoding="utf-8") as kept:
        json.dump({"prompts": len(places), "accepted": rate, "chosen": chosen}, kept)
    say(f"schedule: {100 * rate:.1f} % accepted on {len(places)} prompts, so {chosen}")
    return chosen


def roll_outs(trainer, rows, out, say):
    """One answer of the initial student to each question, each drawn once."""
    file, lines = kept_lines.begin(os.path.join(out, "rollouts", f"{rank()}.jsonl"))
    known = {line["row"]: line["tokens"] for line in lines}
    for number, row in enumerate(rows, 1):
        if row["index"] in known:
            continue
        seed = seed_of(trainer.args.seed, "rollout", row["index"])
        known[row["index"]] = trainer.sample(trainer.model, row, seed, ON_POLICY).tokens
        kept_lines.add(file, {"row": row["index"], "tokens": known[row["index"]]})
        say(f"answer {number} of {len(rows)} of the initial student")
    return known
