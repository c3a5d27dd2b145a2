# A rule by hand: the more of one column, the more of the answer. Nothing is learned.
rule = TASK["rule"]
if rule["column"] is None:
    level = test[named[0]].str.len().to_numpy() / 100
else:
    level = ((test[rule["column"]] - rule["low"]) / (rule["high"] - rule["low"])).fillna(0.5).clip(0, 1).to_numpy()
    level = level if rule["slope"] > 0 else 1 - level
if is_number:
    found = {"regression": 2, "outliers": -1.5, "counts": 0, "skewed": 2}[TASK["kind"]] + {"regression": 6, "outliers": 3, "counts": 1.5, "skewed": 2}[TASK["kind"]] * level
else:
    edges = np.linspace(0, 1, len(labels))
    found = np.exp(-4 * (level[:, None] - edges) ** 2)
    found /= found.sum(axis=1, keepdims=True)
