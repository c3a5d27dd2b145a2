from sklearn.linear_model import LogisticRegression, Ridge

# What is known of such columns, half and half with what is learned.
rule = TASK["rule"]
found = fitted(Ridge(), LogisticRegression(max_iter=500), z, z_test)
if rule["column"] is not None:
    level = ((test[rule["column"]] - rule["low"]) / (rule["high"] - rule["low"])).fillna(0.5).clip(0, 1).to_numpy()
    level = level if rule["slope"] > 0 else 1 - level
    if is_number:
        found = 0.5 * found + 0.5 * (target.quantile(0.1) + (target.quantile(0.9) - target.quantile(0.1)) * level)
    else:
        own = np.exp(-4 * (level[:, None] - np.linspace(0, 1, len(labels))) ** 2) * np.bincount(target, minlength=len(labels))
        found = 0.5 * found + 0.5 * own / own.sum(axis=1, keepdims=True)
