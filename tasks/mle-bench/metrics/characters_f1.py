"""F1 pooled over all rows of points with a label that lie in a box of that label, each box once.

Answers are `label x y width height` one after the other, predictions `label x y`.
"""


def grouped(cell, size):
    words = [] if cell is None or cell != cell else str(cell).split()
    return [words[i:i + size] for i in range(0, len(words) - size + 1, size)]


def number(word):
    try:
        return float(word)
    except ValueError:
        return float("nan")


def hits(predicted, boxes):
    free, found = [(label, *map(number, box)) for label, *box in boxes], 0
    for label, *point in predicted:
        x, y = map(number, point)
        at = next((i for i, (name, left, top, width, height) in enumerate(free)
                   if name == label and left <= x <= left + width and top <= y <= top + height), None)
        if at is not None:
            free.pop(at)
            found += 1
    return found


def score(submission, answers):
    found, given, wanted = 0, 0, 0
    for cell, truth in zip(submission[submission.columns[-1]], answers[answers.columns[-1]]):
        points, boxes = grouped(cell, 3), grouped(truth, 5)
        found += hits(points, boxes)
        given += len(points)
        wanted += len(boxes)
    return 2 * found / (given + wanted) if given + wanted else 0.0
