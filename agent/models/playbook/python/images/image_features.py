made = {f"picture shape {i}": (shapes[:, i], shapes_test[:, i]) for i in range(min(40, shapes.shape[1]))}
made.update({f"picture shade {i}": (shades[:, i], shades_test[:, i]) for i in range(min(20, shades.shape[1]))})
made.update({f"picture colour {i}": (colours[:, i], colours_test[:, i]) for i in range(colours.shape[1])})
made.update({f"picture {w}": (sizes[:, i], sizes_test[:, i]) for i, w in enumerate(("height", "width", "bytes"))})
made = {c: pair for c, pair in made.items() if len(np.unique(pair[0])) > 1}
kept = [c for c in X.columns if c not in set(pixels) and c != "row"]
X, X_test = [
    pd.concat([f[kept], pd.DataFrame({c: p[s] for c, p in made.items()}, index=f.index, dtype=float)], axis=1)
    for s, f in enumerate((X, X_test))
]
print(f"{len(pictures)} images described in {X.shape[1]} columns, {time.time() - STARTED:.0f} s so far")
