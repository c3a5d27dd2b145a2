"""Copies of rows, and what the order of rows or their ids tell of the answer."""

import re
from operator import itemgetter

import numpy as np

from referee import tables
from referee.splitting.probe import Answer, halves, tells

TELLING = 0.5
MAX_COPIES = 0.5
LARGEST_SET = 0.05


def copies(path, names):
    """For each record the first record that is the same up to the columns that name it, answer included."""
    records = tables.rows(path)
    header = next(records)
    rest = [place for place, name in enumerate(header) if name not in names]
    pick = itemgetter(*rest) if len(rest) > 1 else None
    if pick is None:
        return np.arange(sum(1 for _ in records), dtype=np.int64)
    first, found = {}, []
    for i, record in enumerate(records):
        found.append(first.setdefault(hash(pick(record)), i))
    return np.array(found, dtype=np.int64)


def kept_together(first):
    """The same, or None where there are no copies or rows of few columns repeat by nature; and a note."""
    count = len(first)
    sizes = np.bincount(first, minlength=count)
    copied = int(sizes[sizes > 1].sum())
    if copied == 0:
        return None, []
    if copied > MAX_COPIES * count or sizes.max() > max(10, LARGEST_SET * count):
        return None, [f"{copied} training rows are the same up to their id: so many are no copies,"
                      " they may stand on both sides"]
    sets = int((sizes > 1).sum())
    return first, [f"{copied} training rows in {sets} sets are copies up to their id:"
                   " a set stands on one side"]


def answer_for_probe(problem, truth):
    """The first answer, as something a probe can measure; None when it is free text or one value."""
    if problem.kind in ("free", "ranking") or len(np.unique(truth[:, 0])) < 2:
        return None
    return Answer(truth[:, 0], problem.kind in ("number", "integer"))


def order_tells(problem, truth):
    """A sentence when the place of a row tells its answer, else None."""
    answer = answer_for_probe(problem, truth)
    if answer is None:
        return None
    count = len(truth)
    strength = tells(answer, np.arange(count, dtype=float), None, halves(count))
    if strength < TELLING:
        return None
    return (f"the order of the training rows tells the answer ({answer.word(strength)}):"
            " every view has its rows in an order of its own")


def ids_tell(problem, truth, ids):
    """How well the number in an id tells the answer, when that is much; else None."""
    answer = answer_for_probe(problem, truth)
    numbers = [last_number(name) for name in ids]
    if answer is None or any(number is None for number in numbers):
        return None
    strength = tells(answer, np.array(numbers), None, halves(len(ids)))
    return answer.word(strength) if strength >= TELLING else None


def last_number(name):
    """The last number in an id."""
    found = re.findall(r"\d+", name)
    return float(found[-1]) if found and len(found[-1]) <= 15 else None


def shuffle(views, seed):
    """Every part in an order that has nothing to do with the original one."""
    shuffled = {}
    for number, view in enumerate(sorted(views)):
        draw = np.random.Generator(np.random.PCG64([seed, 4, number]))
        train, valid = views[view]
        shuffled[view] = draw.permutation(train), draw.permutation(valid)
    return shuffled
