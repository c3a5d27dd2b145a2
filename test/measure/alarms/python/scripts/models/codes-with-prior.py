# Means of codes, drawn to what is known of the whole by ten assumed rows; numbers by thirds.
PRIOR, ROWS = 0.3, 10
goal = target.to_numpy(dtype=float)[:, None] if is_number else np.eye(len(labels))[target]
prior = goal.mean(axis=0) if is_number or len(labels) > 2 else np.array([1 - PRIOR, PRIOR]) * 0.5 + 0.5 * goal.mean(axis=0)
found = np.tile(prior, (len(test), 1)).astype(float)
keys = [*codes, *numeric]
for name in keys:
    part, asked = train[name], test[name]
    if name in numeric:
        cuts = train[name].quantile([0.33, 0.67]).to_numpy()
        part, asked = pd.Series(np.digitize(part, cuts)), pd.Series(np.digitize(asked, cuts))
    means = {key: (goal[(part == key).to_numpy()].sum(axis=0) + ROWS * prior) / ((part == key).sum() + ROWS) for key in part.dropna().unique()}
    found += np.array([means.get(key, prior) - prior for key in asked])
found = found[:, 0] if is_number else np.clip(found, 1e-3, 1)
if not is_number:
    found /= found.sum(axis=1, keepdims=True)
