both = pd.concat([X, X_test], ignore_index=True)
groups = sorted(
    (c for c in categories_of(X) if 3 <= X[c].cat.categories.size <= max(10, len(X) // 10)),
    key=lambda c: -X[c].cat.categories.size,
)[:4]
numbers = [c for c in X.columns if c not in categories_of(X) and X[c].nunique() > 10][:6]
for group in groups:
    for number in numbers:
        by_level = both.groupby(group, observed=True)[number].mean()
        for frame in (X, X_test):
            usual = frame[group].astype(object).map(by_level).astype(float)
            frame[f"{number} by {group}"] = usual
            frame[f"{number} over its {group}"] = frame[number] - usual
