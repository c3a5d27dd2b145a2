def features(df):
    """The next event of a street is known when the record is written: events are listed newest first."""
    out = df[["size", "age"]].copy()
    newest_first = df.sort_values("day", ascending=False)
    previous = newest_first.groupby("street")["day"].shift(-1)
    out["days_since"] = (newest_first["day"] - previous).reindex(df.index).fillna(-1)
    out["events"] = df.groupby("street")["day"].rank(method="first")
    return out
