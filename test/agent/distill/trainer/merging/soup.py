"""Greedy soups of members whose scores are made up: `python soup.py <trainer> <file>`; one JSON object on standard output."""

import json
import random
import sys

sys.path.insert(0, sys.argv[1])

from merging.soup import Trials, greedy_soup


def made(seed):
    """A score for every set of members, drawn by the seed and the set alone."""
    return lambda taken: random.Random(f"{seed} {sorted(taken)}").random()


def is_monotone(seed):
    score = made(seed)
    taken, trials = greedy_soup(5, score)
    rising = [trial["score"] for trial in trials if trial["taken"]]
    alone = max(score((place,)) for place in range(5))
    return score(tuple(taken)) == rising[-1] >= alone and rising == sorted(set(rising))


# Of two that are as good as each other the first is taken; what only equals the best so far is not.
TABLE = {(0,): 0.5, (1,): 0.7, (2,): 0.6, (3,): 0.7, (1, 3): 0.7, (1, 2): 0.8, (0, 1, 2): 0.75}
asked = []


def measure(key):
    asked.append(key)
    return TABLE[key]


trials = Trials(sys.argv[2], measure, lambda taken, score: None)
first = greedy_soup(4, trials.score)
with open(sys.argv[2], "a", encoding="utf-8") as file:
    file.write('{"members": [0, 1], "sco')
count = len(asked)
again = greedy_soup(4, Trials(sys.argv[2], measure, lambda taken, score: None).score)
print(
    json.dumps(
        {
            "monotone": all(is_monotone(seed) for seed in range(200)),
            "taken": first[0],
            "trials": [[trial["members"], trial["taken"]] for trial in first[1]],
            "asked": [count, len(asked)],
            "same": again == first,
        }
    )
)
