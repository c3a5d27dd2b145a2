def days_of(table):
    # When a row happened, in days; NaN where nobody knows.
    name = TIME if TIME in table.columns else next((c for c in DATES if c in table.columns and has_days(c)), None)
    if name is None:
        return np.full(len(table), np.nan)
    if name not in DATES:
        return pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
    days = (dates_in(table, name) - pd.Timestamp("1970-01-01")).dt.total_seconds() / 86400
    return days.to_numpy(dtype=float)
