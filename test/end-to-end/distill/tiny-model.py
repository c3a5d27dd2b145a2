"""Writes a model of a few thousand random numbers and a tokenizer made here: `python tiny-model.py <folder> <positions> [<width> <vocabulary> | family]`.

With the word `family`, a family of such models below the folder. Byte-level BPE over all bytes, so that it can say anything; nothing is downloaded.
"""

import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEXTS = ["def fit(x, y):\n    return model.fit(x, y)", "Clip the target at its 99th percentile.", "ValueError: NaN"]
TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


def tokenizer_of(texts, tokens):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=tokens,
        special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    whole = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    whole.chat_template = TEMPLATE
    return whole


def write_model(folder, tokenizer, positions, seed, layers=2, width=32):
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=64,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=positions,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    # Wider than a model begins with, so that what it says depends on what it is told.
    config.initializer_range = 0.02 if seed == 0 else 0.2
    LlamaForCausalLM(config).save_pretrained(folder)


def write_adapter(folder, base, tokenizer, rank, seed):
    from peft import LoraConfig, get_peft_model

    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    lora = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")
    adapted = get_peft_model(LlamaForCausalLM.from_pretrained(base), lora)
    for name, weights in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.1)
    adapted.save_pretrained(folder)


def main(folder, positions, *rest):
    if rest != ("family",):
        width, vocabulary = (int(each) for each in rest or ("32", "300"))
        write_model(folder, tokenizer_of(TEXTS, vocabulary), int(positions), seed=0, width=width)
        return
    tokenizer = tokenizer_of(TEXTS, 300)
    # Two models with one tokenizer, two adapters on the first of them, a model with another tokenizer, a deeper one.
    write_model(f"{folder}/base", tokenizer, int(positions), seed=1)
    write_model(f"{folder}/other", tokenizer, int(positions) // 2, seed=2)
    for name, rank, seed in (("a", 2, 3), ("b", 4, 4)):
        write_adapter(f"{folder}/{name}", f"{folder}/base", tokenizer, rank, seed)
    write_model(f"{folder}/deep", tokenizer, int(positions), seed=6, layers=3)
    write_model(f"{folder}/foreign", tokenizer_of(TEXTS[::-1], 290), int(positions), seed=5)


main(*sys.argv[1:])
