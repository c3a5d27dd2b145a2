"""1 minus four times the inversions over n (n - 1), both summed over all rows of ordered ids."""

from bisect import bisect, insort


def order(cell):
    return [] if cell is None or cell != cell else str(cell).split()


def inversions(ranks):
    seen, count = [], 0
    for i, rank in enumerate(ranks):
        count += i - bisect(seen, rank)
        insort(seen, rank)
    return count


def score(submission, answers):
    wrong, most = 0, 0
    for predicted, true in zip(submission[submission.columns[-1]], answers[answers.columns[-1]]):
        places = {name: i for i, name in enumerate(order(true))}
        ranks = [places[name] for name in order(predicted) if name in places]
        # An order that lacks cells has them last, reversed.
        ranks += [place for name, place in sorted(places.items(), key=lambda each: -each[1])
                  if place not in set(ranks)]
        wrong += inversions(ranks)
        most += len(places) * (len(places) - 1)
    return 1 - 4 * wrong / most if most else 0.0
