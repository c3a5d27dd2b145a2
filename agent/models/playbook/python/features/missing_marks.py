gaps = [c for c in X.columns if 0.005 < X[c].isna().mean() < 0.995]
for frame in (X, X_test):
    empty = frame[gaps].isna().astype(float)
    frame["gaps in row"] = train[shared(NUMERIC + CATEGORICAL + DATES)].isna().sum(axis=1).astype(float) if frame is X else test[shared(NUMERIC + CATEGORICAL + DATES)].isna().sum(axis=1).astype(float)
    for name in gaps[:40]:
        frame[f"{name} is missing"] = empty[name]
