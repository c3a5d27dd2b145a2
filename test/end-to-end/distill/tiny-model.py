"""Writes a model of a few thousand random numbers and a tokenizer made here: `python tiny-model.py <folder> <positions> [width] [vocabulary]`.

Byte-level BPE over all bytes, so that it can say anything; nothing is downloaded.
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


def main(folder, positions, width="32", vocabulary="300"):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=int(vocabulary),
        special_tokens=["<pad>", "<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    whole = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    whole.chat_template = TEMPLATE
    whole.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(whole),
        hidden_size=int(width),
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=int(positions),
        pad_token_id=whole.pad_token_id,
        bos_token_id=whole.bos_token_id,
        eos_token_id=whole.eos_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)


main(*sys.argv[1:])
