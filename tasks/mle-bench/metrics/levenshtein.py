"""Mean number of changes, insertions and deletions that turn a text into the right one."""


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, one in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (one != other))
    return row[-1]


def text(cell):
    return "" if cell is None or cell != cell else str(cell)


def score(submission, answers):
    pairs = list(zip(submission[submission.columns[-1]], answers[answers.columns[-1]]))
    known = {}
    for a, b in pairs:
        key = text(a), text(b)
        if key not in known:
            known[key] = distance(*key)
    return sum(known[text(a), text(b)] for a, b in pairs) / len(pairs)
