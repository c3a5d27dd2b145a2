"""Interleaved sampling of Speculative Knowledge Distillation (arXiv 2410.11325).

The student proposes `gamma` tokens, the teacher reads them in one pass. Each proposed token stands where the rule of
acceptance takes it; the first one that it does not take is replaced, and what was proposed after it is dropped. What is
tested is the very token that stands in the sequence. A draw belongs to a place of the sequence: chunks of any size give
the same sequence, and where everything is accepted it is the student's own.
"""

from dataclasses import dataclass
from typing import Callable

import torch

TEACHER, STUDENT, TOP1 = "teacher", "student", "top1"


@dataclass(frozen=True)
class Drawing:
    """How one of the two models draws: a temperature of 0 is always its likeliest token."""

    temperature: float
    top_p: float


# Of the paper.
STUDENT_DRAWING = Drawing(temperature=0.5, top_p=0.5)
TEACHER_DRAWING = Drawing(temperature=0.2, top_p=0.5)


@dataclass
class Rules:
    """`allowed` says of the teacher's logits [V] which tokens stand; a sequence has `most` tokens, or one of `ends`."""

    allowed: Callable[[torch.Tensor], torch.Tensor]
    gamma: int
    most: int
    ends: frozenset[int]
    replace: str = TEACHER
    student: Drawing = STUDENT_DRAWING
    teacher: Drawing = TEACHER_DRAWING


@dataclass
class Drawn:
    """A sequence after its prompt, whether each token is the student's, and passes of the teacher that it took."""

    tokens: list[int]
    accepted: list[bool]
    passes: int


def probabilities(logits, drawing):
    """What is drawn from: the smallest set of tokens that holds `top_p` of the mass, at the temperature."""
    if drawing.temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(), logits.shape[-1]).double()
    shares = torch.softmax(logits.double() / drawing.temperature, dim=-1)
    return within(shares, drawing.top_p)


def within(shares, top_p):
    kept = torch.where(nucleus(shares, top_p), shares, torch.zeros_like(shares))
    return kept / kept.sum()


def nucleus(shares, top_p):
    """Which tokens are in the smallest set that holds `top_p` of the mass: those before which less of it lies."""
    ordered, order = shares.sort(descending=True, stable=True)
    before = ordered.cumsum(0) - ordered
    inside = torch.empty_like(shares, dtype=torch.bool)
    inside[order] = before < top_p
    inside[order[0]] = True
    return inside


def pick(shares, uniform):
    """The token at a place in [0, 1) of the cumulative distribution; never one of no probability."""
    places = shares.cumsum(0)
    token = int(torch.searchsorted(places, uniform * places[-1], right=True))
    possible = shares.nonzero()
    return min(max(token, int(possible[0])), int(possible[-1]))


def draws_for(seed, most):
    """Two numbers in [0, 1) for each place of a sequence: the student's and that of a replacement."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(2, most, generator=generator, dtype=torch.float64)


def replacement(rules, teacher_logits, student_logits, uniform):
    """What stands instead of a token that was not accepted."""
    if rules.replace == TOP1:
        return int(teacher_logits.argmax())
    if rules.replace == TEACHER:
        return pick(probabilities(teacher_logits, rules.teacher), uniform)
    shares = torch.softmax(student_logits.double() / (rules.student.temperature or 1.0), dim=-1)
    allowed = torch.where(rules.allowed(teacher_logits), shares, torch.zeros_like(shares))
    return pick(allowed / allowed.sum(), uniform) if allowed.sum() > 0 else int(teacher_logits.argmax())


def propose(student, tokens, count, rules, draws, begun):
    """So many tokens of the student, each with the logits that it is drawn from; fewer where an answer ends."""
    said, logits = [], []
    while len(said) < count:
        after = student(tokens + said, 1)[0]
        said.append(pick(probabilities(after, rules.student), draws[0, begun + len(said)]))
        logits.append(after)
        if said[-1] in rules.ends:
            break
    return said, logits


def interleave(student, teacher, prompts, rules, seed):
    """
    A sequence that both models wrote. `student` and `teacher` give, for tokens and a count, the logits [count, V] after
    each of the last `count` tokens; `prompts` are what each of them is shown before the answer.
    """
    for_student, for_teacher = prompts
    draws = draws_for(seed, rules.most)
    written, accepted, passes = [], [], 0
    while len(written) < rules.most and not (written and written[-1] in rules.ends):
        count = min(rules.gamma, rules.most - len(written))
        said, seen = propose(student, for_student + written, count, rules, draws, len(written))
        judged = teacher(for_teacher + written + said[:-1], len(said))
        passes += 1
        for token, own, logits in zip(said, seen, judged):
            stands = bool(rules.allowed(logits)[token])
            place = len(written)
            written.append(token if stands else replacement(rules, logits, own, draws[1, place]))
            accepted.append(stands)
            if not stands or written[-1] in rules.ends:
                break
    return Drawn(written, accepted, passes)


def roll_out(student, prompt, rules, seed):
    """The student's own sequence, by the same draws."""
    draws = draws_for(seed, rules.most)
    said, _ = propose(student, prompt, rules.most, rules, draws, 0)
    return said
