"""F1 pooled over all rows of sets of labels, written one after the other in a cell."""


def labels(cell):
    return set() if cell is None or cell != cell else set(str(cell).replace(",", " ").split())


def score(submission, answers):
    predicted = [labels(cell) for cell in submission[submission.columns[-1]]]
    true = [labels(cell) for cell in answers[answers.columns[-1]]]
    hits = sum(len(a & b) for a, b in zip(predicted, true))
    total = sum(map(len, predicted)) + sum(map(len, true))
    return 2 * hits / total if total else 0.0
