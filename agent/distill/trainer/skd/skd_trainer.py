"""Distillation on sequences that student and teacher write together, and the baselines: one trainer, five sources.

`skd`: interleaved sampling. `on-policy`: the student's own sequences of now. `semi-on-policy`: those of the student as it
was before the first step (arXiv 2610.11291). `supervised-kd`: recorded answers. `sft`: their cross-entropy, no teacher.
"""

import hashlib

import torch
from torch.nn.functional import cross_entropy

from parts_trainer import NotFinite, PartsTrainer
from rows import NOT_LEARNED, Collator
from skd.acceptance import accepted_of, rule_of
from skd.divergence import divergence
from skd.reading import Reading
from skd.sampling import Drawing, Drawn, Rules, interleave, roll_out

SFT, SUPERVISED, ON_POLICY, SEMI, SKD = "sft", "supervised-kd", "on-policy", "semi-on-policy", "skd"
# What learns from recorded answers, so that there must be one.
RECORDED = (SFT, SUPERVISED)


def rules_of(settings, tokenizer):
    options = settings["skd"]
    drawing = lambda who: Drawing(options[f"{who}Temperature"], options[f"{who}TopP"])
    return Rules(
        allowed=rule_of(options),
        gamma=options["gamma"],
        most=settings["answerTokens"],
        ends=frozenset([tokenizer.eos_token_id]),
        replace=options["replace"],
        student=drawing("student"),
        teacher=drawing("teacher"),
    )


def seed_of(*parts):
    """The same draws for the same place of a training, also where it goes on."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6], "big")


def answer_logits(model, batch):
    """Logits [n, V] where an answer was said, answer by answer, its first token included; of a prompt none."""
    labels = batch["labels"][:, 1:]
    columns = (labels != NOT_LEARNED).any(dim=0).nonzero().squeeze(-1)
    said = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], logits_to_keep=columns)
    return said.logits[labels[:, columns] != NOT_LEARNED]


def batch_of(prompts, answers, pad, device):
    parts = [
        {"input_ids": prompt + answer, "labels": [NOT_LEARNED] * len(prompt) + answer}
        for prompt, answer in zip(prompts, answers)
    ]
    batch = Collator(pad, ["answer"])([{"parts": [part], "names": ["answer"]} for part in parts])
    return {name: each.to(device) for name, each in batch.items()}


def means(each, lengths):
    """The mean over each answer's tokens."""
    return torch.stack([part.mean() for part in each.split(lengths)])


class SkdTrainer(PartsTrainer):
    def __init__(self, *arguments, source, options, rules, tokenizer, **more):
        super().__init__(*arguments, part_names=["answer"], **more)
        self.source = source
        self.options = options
        self.rules = rules
        self.pad = tokenizer.pad_token_id
        self.teacher = None
        self.rollouts = {}
        self.log_acceptance = lambda *_: None
        self.judged, self.accepted = 0, 0

    def draw(self, model, row):
        """The answer that is learned from, and which of its tokens the teacher accepted where that was asked."""
        if self.source in RECORDED:
            return Drawn(row["recorded"], [], 0)
        if self.source == SEMI:
            return Drawn(self.rollouts[row["index"]], [], 0)
        seed = seed_of(self.args.seed, self.state.global_step, row["index"])
        return self.sample(model, row, seed, self.source)

    def sample(self, model, row, seed, source):
        own = self.accelerator.unwrap_model(model)
        training = own.training
        own.eval()
        try:
            student = Reading(own, self.teacher.width)
            if source == ON_POLICY:
                return Drawn(roll_out(student, row["question"], self.rules, seed), [], 0)
            prompts = (row["question"], row["for_teacher"])
            return interleave(student, self.teacher.reading(), prompts, self.rules, seed)
        finally:
            own.train(training)

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        rows = inputs["rows"]
        is_dev = not model.training
        drawn = [Drawn(row["recorded"], [], 0) if is_dev else self.draw(model, row) for row in rows]
        answers = [each.tokens for each in drawn]
        device = self.accelerator.device
        batch = batch_of([row["question"] for row in rows], answers, self.pad, device)
        student = answer_logits(model, batch)
        lengths = [len(answer) for answer in answers]
        teacher = self.teacher_logits(rows, answers, device)
        losses = self.losses(teacher, student, answers, lengths, is_dev)
        loss = losses.mean()
        if not torch.isfinite(loss):
            raise NotFinite("the loss is not a number")
        if not is_dev:
            self.tokens += int(batch["attention_mask"].sum())
            self.keep_acceptance(rows, drawn, teacher, lengths)
        return (loss, {"losses": losses}) if return_outputs else loss

    def teacher_logits(self, rows, answers, device):
        if self.teacher is None:
            return None
        batch = batch_of([row["for_teacher"] for row in rows], answers, self.pad, device)
        return self.teacher.logits(lambda model: answer_logits(model, batch))

    def losses(self, teacher, student, answers, lengths, is_dev):
        """One for each answer. On dev both are told, whichever is trained."""
        said = torch.tensor([token for answer in answers for token in answer], device=student.device)
        entropy = lambda: means(cross_entropy(student.float(), said, reduction="none"), lengths)
        if self.source == SFT and not (is_dev and teacher is not None):
            return entropy()
        apart = means(divergence(self.options["divergence"], teacher, student), lengths)
        if not is_dev:
            return apart
        crossed = entropy()
        self.dev_parts.setdefault("recorded answer", []).extend(crossed.tolist())
        self.dev_parts.setdefault("divergence", []).extend(apart.tolist())
        return crossed if self.source == SFT else apart

    def keep_acceptance(self, rows, drawn, teacher, lengths):
        """Also where the student wrote alone: its tokens are judged by the logits that the loss needs anyway."""
        if teacher is None or self.source in RECORDED:
            return
        parts = teacher[:, : self.teacher.width].split(lengths)
        for row, each, logits in zip(rows, drawn, parts):
            accepted = each.accepted or accepted_of(self.rules.allowed, logits.float(), each.tokens)
            self.judged += len(accepted)
            self.accepted += sum(accepted)
            self.log_acceptance(self.state.global_step + 1, row["index"], accepted)

    def log(self, logs, start_time=None):
        if "loss" in logs and self.judged:
            logs = {**logs, "acceptance": self.accepted / self.judged}
            self.judged, self.accepted = 0, 0
        super().log(logs, start_time)
