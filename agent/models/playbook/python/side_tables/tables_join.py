# include: side_tables/tables_side.py


def add_column(name, before, after):
    # A column enters the features as a number, or as a category when it has few levels.
    if name in X.columns:
        return
    numbers = [pd.to_numeric(v, errors="coerce") for v in (before, after)]
    if before.notna().any() and numbers[0].notna().sum() >= 0.9 * before.notna().sum():
        if numbers[0].nunique() > 1:
            X[name], X_test[name] = [n.to_numpy(dtype=float) for n in numbers]
        return
    levels = before.dropna().astype(str).value_counts()
    if 2 <= len(levels) <= 300:
        kinds = pd.CategoricalDtype(sorted(levels.index))
        for frame, values in ((X, before), (X_test, after)):
            text = values.astype(object).where(values.notna(), None).map(str, na_action="ignore")
            frame[name] = pd.Categorical(text, dtype=kinds)


def compare_copies(label, copies):
    # The same table joined twice (origin and destination): differences, and the distance on the globe.
    (first, (a, a_test)), (second, (b, b_test)) = copies
    numeric = [c for c in a.columns if pd.api.types.is_numeric_dtype(a[c])][:12]
    for c in numeric:
        add_column(f"{second} minus {first} {c}", b[c] - a[c], b_test[c] - a_test[c])
    place = [next((c for c in numeric if c.lower().startswith(p)), None) for p in ("lat", "lon")]
    place[1] = place[1] or next((c for c in numeric if c.lower().startswith("lng")), None)
    if None in place:
        return

    def globe(p, q):
        (x1, x2), (l1, l2) = [[np.radians(t[c].astype(float)) for t in (p, q)] for c in place]
        h = np.sin((x2 - x1) / 2) ** 2 + np.cos(x1) * np.cos(x2) * np.sin((l2 - l1) / 2) ** 2
        return 12742 * np.arcsin(np.sqrt(np.clip(h, 0, 1)))

    add_column(f"{label} {first} to {second} kilometres", globe(a, b), globe(a_test, b_test))


def join_side(entry):
    table = side_rows(entry)
    copies = []
    for key in entry["keys"] if table is not None else []:
        if key["column"] not in table.columns or not {key["train"]} <= set(train.columns) & set(test.columns):
            continue
        keyed = table.assign(_key=plain_key(table[key["column"]])).drop_duplicates("_key").set_index("_key")
        if len(keyed) < 0.98 * len(table):
            continue  # many rows a key: that is for aggregates
        keyed = keyed.drop(columns=key["column"]).iloc[:, :40]
        both = [keyed.reindex(plain_key(t[key["train"]])).reset_index(drop=True) for t in (train, test)]
        copies.append((key["train"], both))
        for c in keyed.columns:
            if c not in train.columns:
                add_column(f"{key['train']} {c}", both[0][c], both[1][c])
    for second in range(1, min(len(copies), 3)):
        compare_copies(entry["name"].rsplit(".", 1)[0], (copies[0], copies[second]))


for side in OTHER:
    join_side(side)
