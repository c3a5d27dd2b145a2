"""ROC AUC where answers are shares of raters, and a half or more is a yes."""

import numpy as np


def score(submission, answers):
    yes = answers[answers.columns[-1]].to_numpy(dtype=float) >= 0.5
    predicted = submission[submission.columns[-1]].to_numpy(dtype=float)
    if yes.all() or not yes.any():
        return 0.5
    values, inverse, counts = np.unique(predicted, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    pairs = yes.sum() * (~yes).sum()
    return float((ranks[yes].sum() - yes.sum() * (yes.sum() + 1) / 2) / pairs)
