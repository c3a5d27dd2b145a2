"""Label-weighted label-ranking average precision: labels of a cell, separated by commas, against a column each."""

import numpy as np


def score(submission, answers):
    named = answers[answers.columns[-1]].fillna("").astype(str).str.split(",")
    columns = [name for name in submission.columns if name not in answers.columns]
    places = {name: i for i, name in enumerate(columns)}
    scores = submission[columns].to_numpy(dtype=float)
    precisions = []
    for row, labels in zip(scores, named):
        right = [places[label.strip()] for label in labels if label.strip() in places]
        ranks = np.empty(len(row), dtype=int)
        ranks[np.argsort(-row, kind="stable")] = np.arange(len(row))
        hit = np.sort(ranks[right])
        precisions += [(i + 1) / (rank + 1) for i, rank in enumerate(hit)]
    return float(np.mean(precisions)) if precisions else 0.0
