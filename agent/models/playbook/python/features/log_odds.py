def log_odds(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p) if KIND == "multiclass" else np.log(p / (1 - p))


def shares(v):
    if KIND != "multiclass":
        return 1 / (1 + np.exp(-v))
    v = np.exp(v - v.max(axis=1, keepdims=True))
    return v / v.sum(axis=1, keepdims=True)
