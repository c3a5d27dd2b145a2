"""How far two models are apart at each token: over the whole vocabulary, whatever K is accepted.

Truncated to the teacher's few likeliest tokens, the loss is worse than cross-entropy.
"""

import torch
from torch.nn.functional import kl_div, log_softmax


def forward_kl(teacher, student):
    """KL(teacher ‖ student) of log probabilities [n, V], for each of n tokens."""
    return kl_div(student, teacher, reduction="none", log_target=True).sum(-1)


def reverse_kl(teacher, student):
    return forward_kl(student, teacher)


def jensen_shannon(teacher, student):
    """The mean of the KL of both to their middle: at most ln 2."""
    middle = torch.logaddexp(teacher, student) - torch.log(torch.tensor(2.0))
    return 0.5 * (forward_kl(teacher, middle) + forward_kl(student, middle))


KINDS = {"fkl": forward_kl, "rkl": reverse_kl, "jsd": jensen_shannon}


def divergence(kind, teacher_logits, student_logits):
    """For each of n tokens, from logits [n, V]; where one model pads its vocabulary, the padding is left out."""
    width = min(teacher_logits.shape[-1], student_logits.shape[-1])
    teacher, student = (log_softmax(each[..., :width].float(), dim=-1) for each in (teacher_logits, student_logits))
    return KINDS[kind](teacher, student)
