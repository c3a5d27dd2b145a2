made = {}
for view, before, after in (
    ("timbre", timbre, timbre_test),
    ("band", bands, bands_test),
    ("shape", shape, shape_test),
):
    made.update({f"sound {view} {i}": (before[:, i], after[:, i]) for i in range(before.shape[1])})
made["sound unreadable"] = (unheard[0], unheard[1])
made = {c: pair for c, pair in made.items() if len(np.unique(pair[0])) > 1}
kept = [c for c in X.columns if c != "row" or not made]
X, X_test = [
    pd.concat([f[kept], pd.DataFrame({c: p[s] for c, p in made.items()}, index=f.index, dtype=float)], axis=1)
    for s, f in enumerate((X, X_test))
]
print(f"sounds described in {X.shape[1]} columns")
