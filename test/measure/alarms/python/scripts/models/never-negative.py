from sklearn.linear_model import LinearRegression

# Columns turned so that each is expected to add to the answer: weights below zero are not allowed.
rule = TASK["rule"]
turned = [z.copy(), z_test.copy()]
if rule["column"] is not None:
    at = numeric.index(rule["column"])
    for each in turned:
        each[:, at] *= rule["slope"]
    others = [np.hstack([each, -np.delete(each, at, axis=1)]) for each in turned]
    turned = others
level = LinearRegression(positive=True).fit(turned[0], target).predict(turned[1])
found = level
if not is_number:
    found = np.exp(-2 * (level[:, None] - np.arange(len(labels))) ** 2) * np.bincount(target, minlength=len(labels))
    found /= found.sum(axis=1, keepdims=True)
