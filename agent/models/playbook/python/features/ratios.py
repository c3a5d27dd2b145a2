def strongest(limit):
    # Numeric columns by how well their ranks follow the target.
    goal = pd.Series(y if y.ndim == 1 else y[:, 0]).rank()
    numeric = [c for c in X.columns if c not in categories_of(X) and X[c].nunique() > 10]
    pulls = {c: abs(X[c].rank().corr(goal)) for c in numeric}
    ranked = sorted((c for c in numeric if pulls[c] == pulls[c]), key=lambda c: -pulls[c])
    return ranked[:limit]


pairs = strongest(6)
for place, a in enumerate(pairs):
    for b in pairs[place + 1 :]:
        for frame in (X, X_test):
            frame[f"{a} / {b}"] = frame[a] / (frame[b].abs() + 1e-3 * (X[b].abs().mean() + 1e-9))
            frame[f"{a} - {b}"] = frame[a] / (X[a].std() + 1e-9) - frame[b] / (X[b].std() + 1e-9)
