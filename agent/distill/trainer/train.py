"""Trains a small model on a data set: `python train.py <settings.json>`, started by `mle-star distill … train`.

What happens is told on standard output, one JSON object a line (`events.py`); libraries write to standard error.
"""

import json
import math
import os
import sys

import offline
from events import Events, Refused, end_with_parent, fail

events = Events()
offline.close()
end_with_parent()

import torch
import transformers
from peft import LoraConfig
from transformers import EarlyStoppingCallback, set_seed
from trl import SFTConfig

from agent_dpo import mdpo_trainer
from packing import PackedCollator, can_pack
from parts_trainer import NotFinite, PartsTrainer
from plan_grpo import grpo_trainer
from rows import Collator, load_set
from skd.prepare import skd_trainer
from students import device_of, is_fast_in_halves, load_model, load_tokenizer
from watching import Watch

# The linear layers of attention and of the feed-forward blocks, whatever a model calls them.
LORA_TARGETS = "all-linear"
CHECKPOINTS_KEPT = 2
# So many times is the model saved, and judged on dev, in a training.
CHECKPOINTS = 10


def last_checkpoint(folder):
    """The newest checkpoint that was written to its end: its state is the last file of it."""
    found = []
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        try:
            with open(os.path.join(folder, name, "trainer_state.json"), encoding="utf-8") as file:
                found.append((json.load(file)["global_step"], os.path.join(folder, name)))
        except (OSError, ValueError, KeyError):
            continue
    return max(found)[1] if found else None


def common_of(settings, device, steps, in_halves=False):
    """What both kinds of training are given."""
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    every = settings["saveEvery"] or max(1, math.ceil(steps / CHECKPOINTS))
    is_cpu = device == "cpu"
    return dict(
        output_dir=os.path.join(settings["out"], "checkpoints"),
        use_cpu=is_cpu,
        # Products in bfloat16; sums, and what is trained, in float32.
        bf16=in_halves or (not is_cpu and torch.cuda.is_bf16_supported()),
        gradient_checkpointing=not is_cpu,
        per_device_train_batch_size=settings["microBatch"],
        gradient_accumulation_steps=settings["batch"] // (settings["microBatch"] * processes),
        num_train_epochs=settings["epochs"],
        learning_rate=settings["learningRate"],
        lr_scheduler_type=settings["schedule"],
        warmup_steps=round(settings["warmup"] * steps),
        logging_steps=1 if steps <= 50 else 5,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=CHECKPOINTS_KEPT,
        restore_callback_states_from_checkpoint=True,
        remove_unused_columns=False,
        report_to=[],
        disable_tqdm=True,
        seed=settings["seed"],
        data_seed=settings["seed"],
    )


def config_of(settings, device, rows, has_dev, in_halves=False):
    steps = math.ceil(rows / settings["batch"]) * settings["epochs"]
    common = common_of(settings, device, steps, in_halves)
    return SFTConfig(
        **common,
        per_device_eval_batch_size=settings["microBatch"],
        eval_strategy="steps" if has_dev else "no",
        eval_steps=common["save_steps"],
        eval_on_start=has_dev,
        load_best_model_at_end=has_dev,
        metric_for_best_model="eval_loss" if has_dev else None,
        greater_is_better=False if has_dev else None,
        dataset_kwargs={"skip_prepare_dataset": True},
        max_length=None,
        # Computed by PartsTrainer; the default of TRL replaces the forward pass of the model.
        loss_type="nll",
    )


def lora_of(settings):
    if settings["method"] == "full":
        return None
    return LoraConfig(
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        lora_dropout=0.0,
        target_modules=LORA_TARGETS,
        task_type="CAUSAL_LM",
    )


def sft_trainer(settings, device, model, tokenizer):
    train, too_long = load_set(tokenizer, settings["train"], settings, settings["share"])
    dev, dev_too_long = load_set(tokenizer, settings["dev"], settings, most=settings["devRows"])
    if train is None:
        raise Refused(f"{settings['train']} holds no row to train on")
    names = sorted({name for row in train["names"] for name in row})
    stop = [EarlyStoppingCallback(settings["patience"])] if dev and settings["patience"] else []
    trainer = PartsTrainer(
        model=model,
        args=config_of(settings, device, len(train), dev is not None, is_halved(device)),
        train_dataset=train,
        eval_dataset=dev,
        processing_class=tokenizer,
        data_collator=(PackedCollator if can_pack(model) else Collator)(tokenizer.pad_token_id, names),
        peft_config=lora_of(settings),
        callbacks=[Watch(events), *stop],
        part_names=names,
    )
    return trainer, {"train": len(train), "dev": len(dev or [])}, too_long + dev_too_long


def is_halved(device):
    return device == "cpu" and is_fast_in_halves()


def trainer_of(settings, device):
    tokenizer = load_tokenizer(settings["base"])
    # Weights that are not trained need no more than half the digits.
    is_frozen = settings["trainer"] == "sft" and settings["method"] == "lora"
    model = load_model(settings["base"], device, in_halves=is_frozen and is_halved(device))
    more = {
        "common": lambda steps: common_of(settings, device, steps),
        "peft": lora_of(settings),
        "callbacks": [Watch(events)],
    }
    if settings["trainer"] == "grpo":
        trainer, count, too_long = grpo_trainer(model, tokenizer, settings, more)
        rows = {"train": count, "dev": 0}
    elif settings["skd"] is not None:
        own = {
            "config": lambda rows, has_dev: config_of(settings, device, rows, has_dev),
            "peft": lora_of(settings),
            "callbacks": [Watch(events)],
            "events": events,
        }
        trainer, rows, too_long = skd_trainer(settings, device, model, tokenizer, own)
    elif settings["trainer"] == "mdpo":
        trainer, rows, too_long = mdpo_trainer(model, tokenizer, settings, more)
    else:
        trainer, rows, too_long = sft_trainer(settings, device, model, tokenizer)
    for each in trainer.callback_handler.callbacks:
        if isinstance(each, Watch):
            each.trainer = trainer
    trainable = [each.numel() for each in trainer.model.parameters() if each.requires_grad]
    events.say(
        "loaded",
        parameters=sum(each.numel() for each in model.parameters()),
        trainable=sum(trainable),
        rows=rows,
        tooLong=too_long,
        device=torch.cuda.get_device_name(0) if device == "cuda" else "CPU",
    )
    return trainer


def train(settings):
    device = device_of(settings["device"])
    set_seed(settings["seed"])
    trainer = trainer_of(settings, device)
    trainer.train(resume_from_checkpoint=last_checkpoint(trainer.args.output_dir))
    state = trainer.state
    # Of the best weights, which need not be those of the last step.
    trainer.remove_callback(Watch)
    dev = trainer.evaluate()["eval_loss"] if trainer.eval_dataset is not None else None
    trainer.save_model(settings["out"])
    best = state.best_model_checkpoint
    events.say(
        "done",
        step=state.global_step,
        steps=state.max_steps,
        bestStep=int(best.rsplit("-", 1)[1]) if best else state.global_step,
        devLoss=dev,
        versions={"torch": torch.__version__, "transformers": transformers.__version__},
    )


def is_out_of_memory(error):
    told = str(error).lower()
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        isinstance(error, RuntimeError) and ("allocate memory" in told or "out of memory" in told)
    )


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        settings = json.load(file)
    transformers.logging.set_verbosity_warning()
    try:
        train(settings)
    except Refused as error:
        fail(events, "refused", str(error))
    except NotFinite as error:
        fail(events, "not-finite", str(error))
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        fail(events, "out-of-memory", str(error).strip().splitlines()[0] if str(error).strip() else "MemoryError")


if __name__ == "__main__":
    main()
