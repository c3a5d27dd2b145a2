from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

# A third of the rows, drawn anew each time, so that it is quick.
chosen = np.random.permutation(len(train))[: max(40, len(train) // 3)]
if not is_number:
    chosen = np.union1d(chosen, [np.flatnonzero(target == c)[0] for c in range(len(labels))])
x, target = x[chosen], target.iloc[chosen]
found = fitted(DecisionTreeRegressor(max_depth=5), DecisionTreeClassifier(max_depth=5))
