"""GRPO on questions whose plans were carried out: r = R_plan + R_ans, read from a table of outcomes."""

import json
import math
import os

from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer

from events import Refused
from rows import read_rows
from students import first_line, prompt_text

# The classic form: TRL's own default is another loss, without a reference.
LOSS, BETA = "grpo", 0.04
TEMPERATURE = 0.7


def plain(text):
    """A text without what does not matter, as in plan-eval.ts."""
    return " ".join(text.lower().split())


def said(completion):
    return completion if isinstance(completion, str) else completion[0]["content"]


def answer_reward(completions, table, **more):
    """R_ans: 2 where this very plan was carried out and gained more than noise, else 0."""
    return [json.loads(each).get(plain(said(one)), {"answer": 0.0})["answer"] for one, each in zip(completions, table)]


def plan_reward(completions, table, **more):
    """R_plan in [0, 1]: what the plan gained where it was carried out, else its likeness to one that gained, halved."""
    return [plan_worth(plain(said(one)), json.loads(each)) for one, each in zip(completions, table)]


def plan_worth(text, table):
    if text in table:
        return table[text]["plan"]
    liked = [likeness(text, other) for other, worth in table.items() if worth["answer"] > 0]
    return 0.5 * max(liked, default=0.0)


def likeness(one, other):
    """F1 of the words that two texts share."""
    ours, theirs = one.split(), other.split()
    shared = sum(min(ours.count(word), theirs.count(word)) for word in set(ours))
    return 2 * shared / (len(ours) + len(theirs)) if shared else 0.0


def load_questions(tokenizer, path, max_length):
    """The questions that fit, each with its table by the plain text of a plan; and how many do not fit."""
    kept, too_long = [], 0
    for row in read_rows(path):
        length = len(tokenizer(prompt_text(tokenizer, row["messages"]), add_special_tokens=False)["input_ids"])
        if length > max_length:
            too_long += 1
            continue
        table = {plain(each["text"]): {"answer": each["answer"], "plan": each["plan"]} for each in row["plans"]}
        kept.append({"prompt": row["messages"], "table": json.dumps(table)})
    if not kept:
        raise Refused(f"no question fits in {max_length} tokens: raise --max-length")
    return Dataset.from_list(kept), too_long


class PlanGrpo(GRPOTrainer):
    """Counts tokens as the other trainer does."""

    @property
    def tokens(self):
        return self.state.num_input_tokens_seen


def config_of(settings, common, questions):
    batch, generations = settings["batch"], settings["generations"]
    if batch % generations:
        raise Refused(f"--batch {batch} must be a multiple of --generations {generations}")
    steps = math.ceil(questions * generations / batch) * settings["epochs"]
    return GRPOConfig(
        **common(steps),
        loss_type=LOSS,
        beta=BETA,
        num_generations=generations,
        max_completion_length=settings["answerTokens"],
        temperature=TEMPERATURE,
        chat_template_kwargs={"enable_thinking": False},
        eval_strategy="no",
    )


def grpo_trainer(model, tokenizer, settings, more):
    """The trainer, its number of questions, and how many were too long. `more`: what both kinds of training share."""
    if settings["method"] == "full" and os.path.isfile(settings["base"]):
        raise Refused("grpo with all parameters needs a base that is a folder: it is loaded a second time as reference")
    data, too_long = load_questions(tokenizer, settings["questions"], settings["maxLength"])
    try:
        trainer = PlanGrpo(
            model=model,
            args=config_of(settings, more["common"], len(data)),
            train_dataset=data,
            processing_class=tokenizer,
            reward_funcs=[answer_reward, plan_reward],
            peft_config=more["peft"],
            callbacks=more["callbacks"],
        )
    except ValueError as error:
        raise Refused(first_line(error)) from error
    return trainer, len(data), too_long
