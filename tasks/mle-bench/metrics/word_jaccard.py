"""Mean Jaccard index of the words of two texts, in lower case."""


def words(cell):
    return set() if cell is None or cell != cell else set(str(cell).lower().split())


def index(a, b):
    if not a and not b:
        return 0.5
    return len(a & b) / len(a | b)


def score(submission, answers):
    pairs = zip(submission[submission.columns[-1]], answers[answers.columns[-1]])
    values = [index(words(a), words(b)) for a, b in pairs]
    return sum(values) / len(values)
