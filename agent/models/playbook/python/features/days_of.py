def days_of(table):
    # When a row happened, in days; NaN where nobody knows.
    name = TIME if TIME in table.columns else next((c for c in DATES if c in table.columns), None)
    if name is None:
        return np.full(len(table), np.nan)
    found = pd.to_datetime(table[name].astype(str), errors="coerce", format="mixed")
    plain = pd.to_numeric(table[name], errors="coerce")
    if found.notna().mean() < 0.5 and plain.notna().any():
        return plain.to_numpy(dtype=float)
    days = (found - pd.Timestamp("1970-01-01")).dt.total_seconds() / 86400
    return days.to_numpy(dtype=float)
