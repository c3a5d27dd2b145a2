"""Distributions of several models over the same next token, as one: scores whose softmax is drawn from."""

import torch


def fused(logits):
    """The mean of the log-probabilities: their geometric mean, but for a constant."""
    return torch.stack([torch.log_softmax(each, -1) for each in logits]).mean(0)


def contrasted(good, bad, plausible):
    """log p_good - log p_bad (arXiv 2210.15097, equations 3 to 5), among the tokens that the good model holds for at
    least `plausible` times as likely as its likeliest one; the others cannot be drawn."""
    good, bad = torch.log_softmax(good, -1), torch.log_softmax(bad, -1)
    least = good.max() + torch.log(torch.tensor(plausible, dtype=good.dtype))
    return torch.where(good >= least, good - bad, -torch.inf)


def shifted(base, tuned, untuned):
    """The logits of the base, moved by what tuning changed in a smaller model (proxy tuning, arXiv 2401.08565)."""
    return base + (tuned - untuned)


def is_sure(logits, below):
    """Whether the likeliest token has this probability, as nudging asks of it (arXiv 2410.09300)."""
    return bool(torch.softmax(logits, -1).max() >= below)
