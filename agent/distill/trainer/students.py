"""The model that is trained and its tokenizer, from a folder or a GGUF file."""

import os

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from events import Refused

# For models that have no template of their own: nothing but names and texts.
PLAIN_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}:\n{{ message['content'] }}\n"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}assistant:\n{% endif %}"
)


def place_of(base):
    """Folder and further arguments of `from_pretrained` for the base: a GGUF file is named apart from its folder."""
    if os.path.isfile(base):
        return os.path.dirname(base), {"gguf_file": os.path.basename(base)}
    return base, {}


def load_tokenizer(base):
    folder, more = place_of(base)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, **more)
    except (OSError, ValueError) as error:
        raise Refused(f"{base} has no tokenizer that can be read: {first_line(error)}") from error
    if tokenizer.eos_token is None:
        raise Refused(f"the tokenizer of {base} has no token for the end of an answer (eos_token)")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.chat_template is None:
        tokenizer.chat_template = PLAIN_TEMPLATE
    return tokenizer


def is_fast_in_halves():
    """Whether this CPU multiplies matrices of bfloat16 in hardware (AMX): several times as fast as of float32."""
    return torch.cpu._is_amx_tile_supported()


def load_model(base, device, in_halves=False):
    """In bfloat16 on a GPU that can, and where it is asked for (`in_halves`); else in float32."""
    folder, more = place_of(base)
    if more:
        # Weights left in blocks of GGUF can answer, but not be trained.
        more["quantization_config"] = GgufConfig(dequantize=True)
    in_halves = in_halves or (device == "cuda" and torch.cuda.is_bf16_supported())
    kind = torch.bfloat16 if in_halves else torch.float32
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=kind, **more)
    except (OSError, ValueError, KeyError) as error:
        raise Refused(f"{base} holds no model that can be read: {first_line(error)}") from error
    if more:
        as_dense(model)
    model.config.use_cache = False
    return model


def as_dense(model):
    """Its weights are plain numbers now, whatever they were made of: trainers refuse what says otherwise."""
    model.is_quantized = False
    model.hf_quantizer = None
    for owner, name in ((model, "quantization_method"), (model.config, "quantization_config")):
        if hasattr(owner, name):
            delattr(owner, name)


def device_of(wanted):
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise Refused("this machine has no GPU that torch can use: leave --device out, or install its driver")
    return wanted


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def prompt_text(tokenizer, messages):
    """What the model is shown before its answer."""
    return render(tokenizer, messages, add_generation_prompt=True)


def answer_text(tokenizer, messages):
    """What it is to say after `prompt_text`, with the token that ends it."""
    prompt = prompt_text(tokenizer, messages[:-1])
    whole = render(tokenizer, messages, add_generation_prompt=False)
    if whole.startswith(prompt):
        return whole[len(prompt) :]
    return messages[-1]["content"] + tokenizer.eos_token


def render(tokenizer, messages, **options):
    # Models that can think aloud are to answer at once.
    options.update(tokenize=False, enable_thinking=False)
    try:
        return tokenizer.apply_chat_template(messages, **options)
    except Exception:
        # Templates of some models refuse the role `system`.
        if messages[0]["role"] != "system" or len(messages) < 2:
            raise
        first = {"role": "user", "content": f"{messages[0]['content']}\n\n{messages[1]['content']}"}
        return tokenizer.apply_chat_template([first, *messages[2:]], **options)
