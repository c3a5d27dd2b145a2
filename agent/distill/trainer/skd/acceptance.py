"""Which tokens of the student stand: by what the teacher would say itself at that place.

Each rule gives, for the teacher's logits [V], which of the V tokens are accepted. The logits are those of the model, not
what is left of them after temperature and top-p: there most of the K would have no probability at all.
"""

import torch

from skd.sampling import nucleus


def among_first(k):
    """The K likeliest; tokens as likely as the last of them count, too."""

    def allowed(logits):
        count = min(k, logits.shape[-1])
        return logits >= logits.topk(count).values[-1]

    return allowed


def within_mass(top_p):
    """The likeliest tokens that hold so much of the probability."""
    return lambda logits: nucleus(torch.softmax(logits.double(), dim=-1), top_p)


def choices(logits):
    """How many tokens the teacher hesitates between: the exponential of its entropy, rounded up."""
    shares = torch.softmax(logits.double(), dim=-1)
    return int(torch.ceil(torch.special.entr(shares).sum().exp() - 1e-9))


def adaptive(k):
    """K by place: as many as the teacher hesitates between, `k` at most. Where it is sure, only its own word stands."""
    return lambda logits: among_first(max(1, min(k, choices(logits))))(logits)


def rule_of(settings):
    kinds = {
        "topk": lambda: among_first(settings["k"]),
        "topp": lambda: within_mass(settings["topP"]),
        "adaptive": lambda: adaptive(settings["k"]),
    }
    return kinds[settings["accept"]]()


def accepted_of(rule, logits, tokens):
    """Whether each token [n] stands by the teacher's logits [n, V] there."""
    return [bool(rule(each)[token]) for each, token in zip(logits, tokens)]
