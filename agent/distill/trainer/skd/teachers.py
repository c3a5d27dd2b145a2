"""Who the student is compared with: a larger model of the same vocabulary, or the student as it was, told more."""

from contextlib import nullcontext

import torch

from events import Refused
from skd.reading import Reading
from students import load_model, load_tokenizer

SELF = "self"


class Teacher:
    """A model that is not trained. `shared`: it is the student with its adapter switched off."""

    def __init__(self, model, shared, width):
        self.model = model
        self.shared = shared
        self.width = width

    def itself(self):
        return self.model.disable_adapter() if self.shared else nullcontext()

    @torch.no_grad()
    def logits(self, read):
        """What `read` makes of the model, which answers as the teacher meanwhile."""
        training = self.model.training
        self.model.eval()
        try:
            with self.itself():
                return read(self.model)
        finally:
            self.model.train(training)

    def reading(self):
        inner = Reading(self.model, self.width)
        return lambda tokens, count: self.logits(lambda _: inner(tokens, count))


def check_vocabulary(student, teacher, names):
    """Both must call every token by the same number."""
    ours, theirs = student.get_vocab(), teacher.get_vocab()
    if ours == theirs and student.eos_token_id == teacher.eos_token_id:
        return
    sizes = f"{len(theirs)} tokens, {len(ours)}" if len(ours) != len(theirs) else "as many tokens, but others"
    raise Refused(
        f"teacher {names['teacher']} and base {names['base']} have different vocabularies ({sizes}): "
        "take a teacher of the same family, or learn from its texts with distill plan or distill reverse"
    )


def load_teacher_tokenizer(settings, student):
    name = settings["skd"]["teacher"]
    if name is None or name == SELF:
        return student
    tokenizer = load_tokenizer(name)
    check_vocabulary(student, tokenizer, {"teacher": name, "base": settings["base"]})
    return tokenizer


def width_of(*models):
    """Some models pad their vocabulary: what both have."""
    return min(model.config.get_text_config().vocab_size for model in models)


def teacher_of(settings, device, student):
    """`student`: the model as the trainer has it, with its adapter where there is one. None: nobody is compared with."""
    name = settings["skd"]["teacher"]
    if name is None:
        return None
    if name == SELF and settings["method"] == "lora":
        return Teacher(student, True, width_of(student))
    model = load_model(settings["base"] if name == SELF else name, device).to(device).eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return Teacher(model, False, width_of(model, student))
