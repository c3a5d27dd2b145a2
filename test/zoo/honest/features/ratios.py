from itertools import combinations

BASE = ["size", "age"]
EPS = 1e-6


def features(df: "pd.DataFrame") -> "pd.DataFrame":
    out = df[BASE].astype(float).copy()
    for a, b in combinations(BASE, 2):
        out[f"{a}_per_{b}"] = df[a] / (df[b] + EPS)
        out[f"{a}_x_{b}"] = df[a] * df[b]
        out[f"{a}_minus_{b}"] = df[a] - df[b]
    for c in BASE:
        out[f"log_{c}"] = np.log1p(df[c].clip(lower=0))
    return out.replace([np.inf, -np.inf], np.nan).fillna(0)
