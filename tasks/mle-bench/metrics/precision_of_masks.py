"""Mean over rows of the share of the thresholds 0.50, 0.55 … 0.95 that the overlap of two run-length masks passes."""


def pixels(cell):
    if cell is None or cell != cell or not str(cell).strip():
        return set()
    numbers = [int(float(word)) for word in str(cell).split()]
    return {place for start, length in zip(numbers[::2], numbers[1::2]) for place in range(start, start + length)}


def precision(a, b):
    if not a or not b:
        return float(not a and not b)
    overlap = len(a & b) / len(a | b)
    return sum(overlap > 0.5 + 0.05 * step for step in range(10)) / 10


def score(submission, answers):
    pairs = zip(submission[submission.columns[-1]], answers[answers.columns[-1]])
    values = [precision(pixels(a), pixels(b)) for a, b in pairs]
    return sum(values) / len(values)
