# Ridge that draws the weights to those of a published study instead of to zero.
rule = TASK["rule"]
known = np.zeros(z.shape[1])
if rule["column"] is not None:
    known[numeric.index(rule["column"])] = 0.4 * rule["slope"] * float(np.std(target))
ALPHA = 60.0
goal = target.to_numpy(dtype=float) - target.mean()
weights = known + np.linalg.solve(z.T @ z + ALPHA * np.eye(z.shape[1]), z.T @ (goal - z @ known))
level = target.mean() + z_test @ weights
found = level
if not is_number:
    found = np.exp(-2 * (level[:, None] - np.arange(len(labels))) ** 2) * np.bincount(target, minlength=len(labels))
    found /= found.sum(axis=1, keepdims=True)
