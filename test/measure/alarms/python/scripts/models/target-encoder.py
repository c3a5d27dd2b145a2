from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold

# Every column that repeats is a code: its mean answer in the other folds.
goal = target.to_numpy(dtype=float)[:, None] if is_number else np.eye(len(labels))[target]
repeats = [c for c in features if train[c].nunique() < 0.6 * len(train)]
made, made_test = [z], [z_test]
for c in repeats:
    def means(rows):
        frame = pd.DataFrame(goal[rows]).groupby(train[c].to_numpy()[rows]).agg(["sum", "count"])
        return {key: (row.to_numpy()[0::2] + 5 * goal.mean(axis=0)) / (row.iloc[1] + 5) for key, row in frame.iterrows()}

    out = np.tile(goal.mean(axis=0), (len(train), 1))
    for fit, rest in KFold(5, shuffle=True, random_state=0).split(train):
        known = means(fit)
        for i in rest:
            out[i] = known.get(train[c].iloc[i], goal.mean(axis=0))
    known = means(np.arange(len(train)))
    made.append(out)
    made_test.append(np.array([known.get(value, goal.mean(axis=0)) for value in test[c]]))
found = fitted(Ridge(), LogisticRegression(max_iter=500), np.hstack(made), np.hstack(made_test))
