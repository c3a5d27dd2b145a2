# include: side_tables/tables_side.py


def aggregates(table, key_column):
    # Count, mean, spread, extremes and last value of numbers; levels and shares of categories; span of dates.
    keys = plain_key(table[key_column])
    grouped = {"rows": keys.groupby(keys).size().astype(float)}
    for c in [c for c in table.columns if c != key_column][:25]:
        numbers = pd.to_numeric(table[c], errors="coerce")
        if numbers.notna().sum() >= 0.5 * max(table[c].notna().sum(), 1):
            parts = numbers.groupby(keys)
            for what in ("mean", "std", "min", "max", "sum", "last"):
                grouped[f"{c} {what}"] = getattr(parts, what)()
            continue
        words = table[c].astype(object).where(table[c].notna(), "(missing)").astype(str)
        grouped[f"{c} kinds"] = words.groupby(keys).nunique().astype(float)
        top = words.value_counts().index[:8]
        if words.nunique() <= 1000:
            for level in top:
                grouped[f"{c} is {level}"[:60]] = (words == level).groupby(keys).mean()
    return pd.DataFrame(grouped)


def aggregate_side(entry):
    if entry["name"] in globals().get("TIMED_TABLES", ()):
        return  # what of it comes before each row is there already
    table = side_rows(entry)
    for key in (entry["keys"] if table is not None else [])[:3]:
        if key["column"] not in table.columns or not {key["train"]} <= set(train.columns) & set(test.columns):
            continue
        if plain_key(table[key["column"]]).nunique() >= 0.98 * len(table):
            continue  # one row a key: that is for a join
        made = aggregates(table, key["column"])
        stem = entry["name"].rsplit("/", 1)[-1].rsplit(".", 1)[0]
        both = [made.reindex(plain_key(t[key["train"]])).reset_index(drop=True) for t in (train, test)]
        for c in made.columns:
            if both[0][c].nunique() > 1 and f"{key['train']} {stem} {c}" not in X.columns:
                for frame, values in zip((X, X_test), both):
                    frame[f"{key['train']} {stem} {c}"] = values[c].astype(float).to_numpy()


for side in OTHER:
    aggregate_side(side)
X, X_test = X.copy(), X_test.copy()
