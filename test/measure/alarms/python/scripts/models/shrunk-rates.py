# Rates of each quarter of each column, drawn to the mean by thousands of assumed rows.
PRIOR = 4000
goal = target.to_numpy(dtype=float)[:, None] if is_number else np.eye(len(labels))[target]
found = np.tile(goal.mean(axis=0), (len(test), 1))
for column in range(x.shape[1]):
    edges = np.quantile(x[:, column], [0.25, 0.5, 0.75])
    part, asked = np.digitize(x[:, column], edges), np.digitize(x_test[:, column], edges)
    for value in np.unique(part):
        own = goal[part == value]
        found[asked == value] += (own - goal.mean(axis=0)).sum(axis=0) / (len(own) + PRIOR)
found = found[:, 0] if is_number else np.clip(found, 1e-3, 1)
