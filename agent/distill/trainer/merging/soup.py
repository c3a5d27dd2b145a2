"""A greedy soup (arXiv 2203.05482): models are taken in the order of their own scores, each only where it raises that
of the mean of those taken so far."""

import json
import os


class Trials:
    """Scores of means of members by their places, kept in a file: none is measured twice, whenever it was ended."""

    def __init__(self, path, measure, tell):
        self.path, self.measure, self.tell = path, measure, tell
        self.known = {}
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                self.known = dict(entry for line in file for entry in kept(line))

    def score(self, members):
        key = tuple(sorted(members))
        if key not in self.known:
            self.known[key] = self.measure(key)
            with open(self.path, "a", encoding="utf-8") as file:
                # On a line of its own, whatever the last line is.
                file.write("\n" + json.dumps({"members": key, "score": self.known[key]}) + "\n")
                file.flush()
                os.fsync(file.fileno())
        self.tell(key, self.known[key])
        return self.known[key]


def kept(line):
    """Empty lines, and lines that were torn, say nothing."""
    try:
        entry = json.loads(line)
    except ValueError:
        return
    yield tuple(entry["members"]), entry["score"]


def greedy_soup(count, score):
    """Places of the members that are taken, and every trial: its members, its score, whether it was taken."""
    alone = [score((place,)) for place in range(count)]
    order = sorted(range(count), key=lambda place: -alone[place])
    taken, best = [order[0]], alone[order[0]]
    trials = [{"members": [place], "score": alone[place], "taken": place == order[0]} for place in order]
    for place in order[1:]:
        found = score((*taken, place))
        trials.append({"members": [*taken, place], "score": found, "taken": found > best})
        if found > best:
            taken, best = [*taken, place], found
    return sorted(taken), trials
