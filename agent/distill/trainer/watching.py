"""What is looked at after each step: progress, numbers that are none, checkpoints that were written."""

import math
import time

import torch
from transformers import TrainerCallback

from parts_trainer import NotFinite


class Watch(TrainerCallback):
    def __init__(self, events):
        self.events = events
        self.trainer = None
        self.began = None
        self.first = 0
        self.tokens = 0
        self.at = None
        self.best = None

    def on_train_begin(self, args, state, control, **more):
        self.began = self.at = time.monotonic()
        self.first = state.global_step
        self.best = state.best_metric
        if state.global_step > 0:
            self.events.say("resumed", step=state.global_step, steps=state.max_steps)

    def on_pre_optimizer_step(self, args, state, control, model=None, **more):
        for parameter in model.parameters():
            if parameter.grad is not None and not torch.isfinite(parameter.grad).all():
                raise NotFinite("a gradient is not a number")

    def on_log(self, args, state, control, logs=None, **more):
        if "eval_loss" in logs:
            self.say_dev(state, logs["eval_loss"])
        elif "loss" in logs:
            self.say_step(state, logs)

    def say_dev(self, state, loss):
        better = self.best is None or loss < self.best
        # Before the first step: what the base is worth, no checkpoint.
        if state.global_step > 0:
            self.best = loss if better else self.best
        parts = {name: sum(each) / len(each) for name, each in self.trainer.dev_parts.items()}
        self.trainer.dev_parts = {}
        best = better and state.global_step > 0
        self.events.say("dev", step=state.global_step, steps=state.max_steps, loss=loss, best=best, parts=parts)

    def say_step(self, state, logs):
        now = time.monotonic()
        seconds = max(now - self.at, 1e-9)
        done = max(state.global_step - self.first, 1)
        left = (now - self.began) / done * (state.max_steps - state.global_step)
        self.events.say(
            "step",
            step=state.global_step,
            steps=state.max_steps,
            epoch=state.epoch,
            loss=logs["loss"],
            # Of preferences: by how much what was chosen is rewarded more than what was rejected.
            reward=logs.get("reward", logs.get("rewards/margins")),
            acceptance=logs.get("acceptance"),
            learningRate=logs.get("learning_rate"),
            tokensPerSecond=(self.trainer.tokens - self.tokens) / seconds,
            secondsLeft=left if math.isfinite(left) else None,
        )
        self.at, self.tokens = now, self.trainer.tokens

    def on_save(self, args, state, control, **more):
        self.events.say("saved", step=state.global_step, steps=state.max_steps)
