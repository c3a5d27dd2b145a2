def one_row_each(table):
    # An id with several rows becomes one: numbers by mean, spread and range, the rest by what stands first.
    numbers = [c for c in table.columns if c not in PARTS and pd.api.types.is_numeric_dtype(table[c])]
    if not table.duplicated(PARTS).any() or not numbers:
        return table.drop_duplicates(PARTS).reset_index(drop=True)
    groups = table.groupby(PARTS, sort=False)
    parts = [groups.first(), groups.size().rename("row_count")]
    for how in ("mean", "std", "min", "max", "last"):
        parts.append(getattr(groups[numbers], how)().add_suffix(f"_{how}"))
    return pd.concat(parts, axis=1).reset_index()


several = train.duplicated(PARTS).any() or test.duplicated(PARTS).any()
train, test = one_row_each(train), one_row_each(test)
if several:
    NUMERIC = NUMERIC + [c for c in test.columns if c == "row_count" or c.rsplit("_", 1)[0] in NUMERIC]
train = train.merge(read_table(LABELS_FILE)[PARTS + TARGETS], on=PARTS)
