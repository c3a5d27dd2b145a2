# Rules by hand, a step each: nothing is learned but the levels of the answer.
rule = TASK["rule"]
low, middle, high = (float(np.quantile(target, q)) for q in (0.15, 0.5, 0.85))


def step(value):
    share = (value - rule["low"]) / (rule["high"] - rule["low"])
    share = share if rule["slope"] > 0 else 1 - share
    if share != share:
        return 1
    if share > 0.8:
        return 3
    if share > 0.5:
        return 2
    elif share > 0.2:
        return 1
    return 0


steps = test[rule["column"]].map(step).to_numpy() if rule["column"] is not None else np.full(len(test), 1)
if is_number:
    found = np.array([low, (low + middle) / 2, (middle + high) / 2, high])[steps]
else:
    rates = np.bincount(target, minlength=len(labels)) / len(target)
    found = rates * np.exp(0.9 * (steps[:, None] - 1.5) * np.linspace(-1, 1, len(labels)))
    found /= found.sum(axis=1, keepdims=True)
