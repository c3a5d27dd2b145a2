names = members()
if KIND == "regression":
    final_oof = np.median([predictions[n][0] for n in names], axis=0)
    final = np.median([predictions[n][1] for n in names], axis=0)
else:
    # Mean of the log-odds: an average that a confident script moves further.
    def log_odds(p):
        p = np.clip(p, 1e-6, 1 - 1e-6)
        return np.log(p) if KIND == "multiclass" else np.log(p / (1 - p))

    def shares(v):
        if KIND != "multiclass":
            return 1 / (1 + np.exp(-v))
        v = np.exp(v - v.max(axis=1, keepdims=True))
        return v / v.sum(axis=1, keepdims=True)

    final_oof, final = [shares(np.mean([log_odds(predictions[n][i]) for n in names], axis=0)) for i in (0, 1)]
