"""The models that write together: each is asked for the logits of the next token, and reads every token once."""

import contextlib
import inspect
import os

import torch
from peft import PeftModel

from events import Refused
from students import first_line, load_model, load_tokenizer

# Spaces, digits, code and signs beyond ASCII: where tokenizers with the same tokens part them differently.
PROBE = "def fit(x, y):\n\treturn x @ 12345.678  # naïve Größe 数据 🤖\r\n\n    'It''s' <|im_start|>?\n"


def is_adapter(folder):
    return os.path.isfile(os.path.join(folder, "adapter_config.json"))


class Member:
    """`active`: a context in which the weights are those of this member, where it shares them with others."""

    def __init__(self, model, active=contextlib.nullcontext):
        self.model, self.active = model, active
        forward = model.get_base_model().forward if isinstance(model, PeftModel) else model.forward
        can_keep = "logits_to_keep" in inspect.signature(forward).parameters
        self.more = {"logits_to_keep": 1} if can_keep else {}
        self.begin()

    def begin(self):
        """Forgets what it has read."""
        self.cache, self.read = None, 0

    def logits(self, tokens, size):
        """Of the token after these, over the first `size` tokens of the vocabulary."""
        new = torch.tensor([tokens[self.read :]], device=self.model.device)
        with self.active(), torch.no_grad():
            out = self.model(input_ids=new, past_key_values=self.cache, use_cache=True, **self.more)
        self.cache = getattr(out, "past_key_values", None)
        # Models that keep no such cache read everything anew.
        self.read = 0 if self.cache is None else len(tokens)
        return out.logits[0, -1, :size].float()

    @property
    def room(self):
        return getattr(self.model.config, "max_position_embeddings", None)

    @property
    def size(self):
        return self.model.get_output_embeddings().weight.shape[0]


def load_members(places, device):
    """A member for each place (`folder` and its `base`); adapters on one base share its weights."""
    bases = [os.path.realpath(place["base"]) for place in places]
    shared = {}
    for number, (place, base) in enumerate(zip(places, bases)):
        if bases.count(base) == 1:
            continue
        if base not in shared:
            shared[base] = ready(load_model(place["base"], device), device)
        if is_adapter(place["folder"]):
            shared[base] = with_adapter(shared[base], place["folder"], f"member{number}")
    return [
        member_of(shared[base], place["folder"], f"member{number}") if base in shared else alone(place, device)
        for number, (place, base) in enumerate(zip(places, bases))
    ]


def alone(place, device):
    model = load_model(place["base"], device)
    if is_adapter(place["folder"]):
        # Merged, an adapter costs no time in an answer.
        model = with_adapter(model, place["folder"], "default").merge_and_unload()
    return Member(ready(model, device))


def with_adapter(model, folder, name):
    try:
        if isinstance(model, PeftModel):
            model.load_adapter(folder, adapter_name=name)
            return model.eval()
        return PeftModel.from_pretrained(model, folder, adapter_name=name).eval()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise Refused(f"the adapter {folder} does not fit its base: {first_line(error)}") from error


def member_of(model, folder, name):
    if not isinstance(model, PeftModel):
        return Member(model)
    if not is_adapter(folder):
        return Member(model, model.disable_adapter)

    @contextlib.contextmanager
    def active():
        model.set_adapter(name)
        yield

    return Member(model, active)


def ready(model, device):
    model.config.use_cache = True
    return model.to(device).eval()


def shared_tokenizer(places):
    """The tokenizer of the first place. Refuses where the tokens of another one are not the same."""
    first = load_tokenizer(places[0]["folder"])
    for place in places[1:]:
        other = load_tokenizer(place["folder"])
        if not is_same(first, other):
            one, two = places[0]["name"], place["name"]
            raise Refused(
                f"{one} and {two} have different tokenizers ({len(first)} and {len(other)} tokens): "
                "their tokens cannot be combined"
            )
    return first


def is_same(one, other):
    return (
        one.get_vocab() == other.get_vocab()
        and one.eos_token_id == other.eos_token_id
        and one(PROBE, add_special_tokens=False)["input_ids"] == other(PROBE, add_special_tokens=False)["input_ids"]
    )
