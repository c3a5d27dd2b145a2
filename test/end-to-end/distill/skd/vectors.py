"""What the parts of speculative distillation give, on scripted logits and on two tiny models: `python vectors.py <trainer> <model> <other>`.

The other model has another vocabulary.
"""

import json
import math
import sys

sys.path.insert(0, sys.argv[1])

import torch

from events import Refused
from rows import NOT_LEARNED
from skd.acceptance import accepted_of, adaptive, among_first, choices, within_mass
from skd.divergence import divergence
from skd.reading import Reading
from skd.sampling import Drawing, Rules, draws_for, interleave, nucleus, pick, probabilities, roll_out
from skd.skd_trainer import answer_logits, batch_of, means
from skd.teachers import check_vocabulary
from students import load_model, load_tokenizer

GREEDY = Drawing(0, 1.0)
FREE = Drawing(1.0, 1.0)
V, END = 8, 7


def scripted(answers, prompt):
    """A model whose likeliest token at place i of the answer is answers[i], the one after it the next likely, and so on."""

    def after(tokens, count):
        first = len(tokens) - count + 1 - prompt
        rows = torch.zeros(count, V)
        for row in range(count):
            best = answers[min(first + row, len(answers) - 1)]
            for rank in range(V):
                rows[row, (best + rank) % V] = 10.0 * (V - rank)
        return rows

    after.calls = []

    def counted(tokens, count):
        after.calls.append(count)
        return after(tokens, count)

    counted.calls = after.calls
    return counted


def rules(k, gamma, most=6, replace="teacher", teacher=GREEDY, student=GREEDY):
    return Rules(among_first(k), gamma, most, frozenset([END]), replace, student, teacher)


def told(student, teacher, the_rules):
    models = scripted(student, 2), scripted(teacher, 2)
    drawn = interleave(*models, ([0, 0], [1, 1]), the_rules, seed=0)
    return {"tokens": drawn.tokens, "accepted": [int(each) for each in drawn.accepted], "passes": drawn.passes}


def sampler():
    """The student says 1 2 3 4 5 6; the teacher agrees but for the third token."""
    student, teacher = [1, 2, 3, 4, 5, 6], [1, 2, 6, 4, 5, 6]
    return {
        "k1": told(student, teacher, rules(1, 5)),
        "near": told(student, [1, 2, 2, 4, 5, 6], rules(2, 5)),
        "gamma 1": told(student, teacher, rules(1, 1)),
        "gamma beyond": told(student, teacher, rules(1, 100)),
        "end of the student": told([1, END, 3], [1, END, 3], rules(1, 5)),
        "end replaced": told([1, END, 3], [1, 2, 3, END], rules(1, 5)),
        "end of the teacher": told(student, [1, 2, END], rules(1, 5)),
        "top1": told(student, teacher, rules(1, 5, replace="top1", teacher=FREE)),
        "student again": told(student, teacher, rules(2, 5, replace="student")),
        "most": told(student, teacher, rules(1, 5, most=1)),
    }


def tested_is_emitted(student, teacher, vocabulary):
    """At high temperature: each token that counts as accepted is among the K, each other one was drawn by the teacher."""
    judged = {"accepted": 0, "within": 0, "replaced": 0, "by the teacher": 0}
    for seed in range(8):
        the_rules = Rules(among_first(150), 5, 24, frozenset(), "teacher", FREE, Drawing(0.2, 0.5))
        drawn = interleave(Reading(student), Reading(teacher), ([5, 6], [7, 8]), the_rules, seed)
        for place, (token, accepted) in enumerate(zip(drawn.tokens, drawn.accepted)):
            logits = Reading(teacher)([7, 8] + drawn.tokens[:place], 1)[0]
            if accepted:
                judged["accepted"] += 1
                judged["within"] += int((logits > logits[token]).sum() < 150)
            else:
                own = pick(probabilities(logits, the_rules.teacher), draws_for(seed, 24)[1, place])
                judged["replaced"] += 1
                judged["by the teacher"] += int(own == token)
    return judged


def limits(student, teacher, vocabulary):
    """K of the whole vocabulary and K of 1; chunks against one token at a time, for several rules."""
    both = lambda the_rules, seed: interleave(Reading(student), Reading(teacher), ([5, 6], [5, 6]), the_rules, seed)
    make = lambda k, gamma, drawing=GREEDY: Rules(among_first(k), gamma, 20, frozenset(), "teacher", FREE, drawing)
    found = {"own": 0, "teacher": 0, "chunks": 0, "of": 10}
    greedy = roll_out(Reading(teacher), [5, 6], Rules(None, 5, 20, frozenset(), student=GREEDY), 0)
    for seed in range(10):
        whole = make(vocabulary, 5)
        found["own"] += both(whole, seed).tokens == roll_out(Reading(student), [5, 6], whole, seed)
        found["teacher"] += both(make(1, 5), seed).tokens == greedy
        chunk, single = (both(make(150, gamma, Drawing(0.7, 0.9)), seed) for gamma in (5, 1))
        found["chunks"] += (chunk.tokens, chunk.accepted) == (single.tokens, single.accepted)
        found["passes saved"] = found.get("passes saved", 0) + single.passes - chunk.passes
    return found


def cache(model):
    """Logits after a sequence that grew and was cut, against those of one pass."""
    reading = Reading(model)
    reading([1, 2, 3, 4, 5, 6], 2)
    said = reading([1, 2, 3, 9, 10], 3)
    with torch.no_grad():
        whole = model(input_ids=torch.tensor([[1, 2, 3, 9, 10]])).logits[0, -3:]
    return (said - whole).abs().max().item()


def acceptance():
    logits = torch.log(torch.tensor([0.5, 0.25, 0.125, 0.125]))
    which = lambda rule, row: rule(row).int().tolist()
    return {
        "k 1": which(among_first(1), logits),
        "k 2": which(among_first(2), logits),
        "k beyond": which(among_first(99), logits),
        "p .5": which(within_mass(0.5), logits),
        "p .76": which(within_mass(0.76), logits),
        # exp(entropy) of halves, quarter and two eighths is 2 ** 1.75 = 3.36.
        "choices": [choices(logits), choices(torch.zeros(4)), choices(torch.tensor([90.0, 0, 0, 0]))],
        "adaptive sure": which(adaptive(25), torch.tensor([90.0, 2, 1, 0])),
        "adaptive unsure": which(adaptive(25), torch.zeros(4)),
        "adaptive capped": which(adaptive(2), logits),
        "judged": [int(each) for each in accepted_of(among_first(2), torch.stack([logits, logits]), [1, 2])],
        "nucleus": nucleus(torch.tensor([0.1, 0.6, 0.3]), 0.7).int().tolist(),
        "pick": [pick(torch.tensor([0.0, 0.5, 0.5, 0.0]).double(), at) for at in (0.0, 0.49, 0.5, 0.999999)],
    }


def divergences():
    """Teacher (.5, .5), student (.9, .1), and the vocabulary of the student padded."""
    teacher, student = torch.log(torch.tensor([[0.5, 0.5]])), torch.log(torch.tensor([[0.9, 0.1]]))
    padded = torch.cat([student, torch.tensor([[99.0]])], dim=1)
    return {kind: divergence(kind, teacher, padded).item() for kind in ("fkl", "rkl", "jsd")}


def loss_places(student, teacher, tokenizer):
    """The forward KL of an answer, by the trainer's parts and by hand; prompts of both have different lengths."""
    question, longer, answer = [5, 6, 9], [5, 6, 9, 10, 11], [20, 21, 22, tokenizer.eos_token_id]
    short = [31, 32]
    pad = tokenizer.eos_token_id
    with torch.no_grad():
        ours = answer_logits(student, batch_of([question, question], [answer, short], pad, "cpu"))
        theirs = answer_logits(teacher, batch_of([longer, question], [answer, short], pad, "cpu"))
        each = means(divergence("fkl", theirs, ours), [4, 2])
        by_hand = []
        for shown, told, said in ((question, longer, answer), (question, question, short)):
            s = student(input_ids=torch.tensor([shown + said])).logits[0, len(shown) - 1 : -1].double().log_softmax(-1)
            t = teacher(input_ids=torch.tensor([told + said])).logits[0, len(told) - 1 : -1].double().log_softmax(-1)
            by_hand.append((t.exp() * (t - s)).sum(-1).mean().item())
    labels = batch_of([question], [answer], pad, "cpu")["labels"][0].tolist()
    return {"loss": each.tolist(), "byHand": by_hand, "labels": labels, "notLearned": NOT_LEARNED}


def vocabularies(ours, theirs):
    """What is said of a teacher of the same vocabulary, and of another one."""
    check_vocabulary(ours, ours, {"teacher": "same", "base": "base"})
    try:
        check_vocabulary(ours, theirs, {"teacher": "other", "base": "base"})
    except Refused as error:
        return str(error)
    return "not refused"


def toy():
    """Tables of 12 tokens: the teacher knows a rule, the student learns it. The share of its tokens that are accepted."""
    size, length, prompts = 12, 10, 12
    torch.manual_seed(0)
    teacher = torch.randn(size, size) + 4.0 * torch.eye(size).roll(1, dims=1)
    student = torch.randn(size, size, requires_grad=True)
    reads = lambda table: lambda tokens, count: table[tokens[-count:]].detach()
    the_rules = Rules(among_first(3), 5, length, frozenset(), "teacher", FREE, Drawing(0.2, 0.5))
    shares = []
    for update in range(60):
        losses, accepted = [], 0
        for number in range(prompts):
            start = [number % size]
            drawn = interleave(reads(student), reads(teacher), (start, start), the_rules, 1000 * update + number)
            before = start + drawn.tokens[:-1]
            losses.append(divergence("fkl", teacher[before], student[before]).mean())
            accepted += sum(drawn.accepted)
        shares.append(accepted / (prompts * length))
        (gradient,) = torch.autograd.grad(torch.stack(losses).mean(), student)
        with torch.no_grad():
            student -= 2.0 * gradient
    return {"first": sum(shares[:10]) / 10, "last": sum(shares[-10:]) / 10}


torch.set_num_threads(1)
small, tokenizer = load_model(sys.argv[2], "cpu").eval(), load_tokenizer(sys.argv[2])
torch.manual_seed(1)
other = load_model(sys.argv[2], "cpu").eval()
with torch.no_grad():
    for parameter in other.parameters():
        parameter.add_(0.05 * torch.randn_like(parameter))
size = small.config.vocab_size
print(
    json.dumps(
        {
            "sampler": sampler(),
            "tested": tested_is_emitted(small, other, size),
            "limits": limits(small, other, size),
            "cache": cache(other),
            "acceptance": acceptance(),
            "divergence": {**divergences(), "ln2": math.log(2)},
            "refused": vocabularies(tokenizer, load_tokenizer(sys.argv[3])),
            "toy": toy(),
            "loss": loss_places(small, other, tokenizer),
        }
    )
)
