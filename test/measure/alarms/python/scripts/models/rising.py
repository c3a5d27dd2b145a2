from sklearn.isotonic import IsotonicRegression

# A rising (or falling, as is known) curve over one column.
rule = TASK["rule"]
name = rule["column"]
one, asked = (np.arange(len(frame)) * 0.0 if name is None else frame[name].fillna(train[name].median()).to_numpy() for frame in (train, test))
if is_number:
    found = IsotonicRegression(increasing=rule["slope"] >= 0, out_of_bounds="clip").fit(one, target).predict(asked)
else:
    above = [IsotonicRegression(increasing=rule["slope"] >= 0, y_min=0, y_max=1, out_of_bounds="clip").fit(one, target > i).predict(asked) for i in range(len(labels) - 1)]
    steps = np.column_stack([np.ones(len(test)), *above, np.zeros(len(test))])
    found = np.clip(steps[:, :-1] - steps[:, 1:], 1e-3, 1)
    found /= found.sum(axis=1, keepdims=True)
