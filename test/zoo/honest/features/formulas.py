FORMULAS = {"area": "size * size", "freshness": "1 - age", "both": "size - age", "cross": "size * age"}


def features(df):
    out = df[["size", "age"]].copy()
    for name, formula in FORMULAS.items():
        out[name] = df.eval(formula)
    out["young"] = np.where(df["age"] < 0.3, 1, 0)
    return out
