# include: side_tables/tables_side.py


# include: features/days_of.py


def event_days(table):
    # When each row of another table was, in days: the time that is counted alike in both, or its first column of dates.
    if TIME is not None and TIME not in DATE_FORMS and TIME not in DATES:
        return pd.to_numeric(table[TIME], errors="coerce").to_numpy(dtype=float) * step_days(TIME) if TIME in table.columns else None
    for c in table.columns:
        if pd.api.types.is_numeric_dtype(table[c]) or not table[c].astype(str).iloc[:200].str.contains(r"\d[-/.]\d").mean() > 0.8:
            continue
        moments = pd.to_datetime(table[c], errors="coerce", format="mixed", utc=True).dt.tz_localize(None)
        if moments.notna().mean() > 0.9:
            return ((moments - pd.Timestamp("1970-01-01")).dt.total_seconds() / 86400).to_numpy(dtype=float)
    return None


class EventsBefore:
    # Events of each key in the order of their days, and running sums, so that any row finds those before its own time.
    def __init__(self, keys, days):
        known_days = np.isfinite(days)
        self.rows = np.flatnonzero(known_days)
        self.codes, self.levels = pd.factorize(keys[self.rows])
        self.origin, self.span = days[self.rows].min(), np.ptp(days[self.rows]) + 10_000.0
        order = np.lexsort((days[self.rows], self.codes))
        self.rows, self.codes = self.rows[order], self.codes[order]
        self.days = days[self.rows]
        self.places = self.codes * self.span + (self.days - self.origin)

    def ask(self, keys, days):
        # For each row: its first event, the event after its last one before, and the key's own end.
        codes = pd.Index(self.levels).get_indexer(keys)
        self.unknown, self.asked = codes < 0, np.where(np.isfinite(days), days, self.origin + self.span / 2)
        self.base = np.maximum(codes, 0) * self.span
        self.first = np.searchsorted(self.places, self.base, "left")
        self.last = np.where(self.unknown, self.first, self.position(0.0))
        self.end = np.searchsorted(self.places, self.base + self.span - 1.0, "right")

    def position(self, back):
        return np.searchsorted(self.places, self.base + np.clip(self.asked - self.origin - back, 0, self.span - 1.0), "left")

    def sums(self, values, start):
        running = np.r_[0.0, np.cumsum(values)]
        return np.where(self.unknown, 0.0, running[np.maximum(self.last, start)] - running[start])

    def nth_last(self, values, n):
        return np.where(self.last - n >= self.first, values[np.clip(self.last - n, 0, len(values) - 1)], np.nan)


def numbers_before(events, values, name):
    seen = np.isfinite(values)
    filled, made = np.where(seen, values, 0.0), {}
    size, total = events.sums(seen.astype(float), events.first), events.sums(filled, events.first)
    mean = np.where(size > 0, total / np.maximum(size, 1), np.nan)
    last = events.nth_last(values, 1)
    three = [events.nth_last(values, n) for n in (1, 2, 3)]
    made[f"{name} sum before"], made[f"{name} mean before"], made[f"{name} last before"] = total, mean, last
    square = np.where(size > 1, events.sums(filled**2, events.first) / np.maximum(size, 1), np.nan)
    made[f"{name} spread before"] = np.sqrt(np.maximum(square - mean**2, 0.0))
    with warnings.catch_warnings():
        # A row without an event has no mean of the last three.
        warnings.simplefilter("ignore")
        made[f"{name} trend before"] = np.nanmean(three, axis=0) - mean
    return made


def before_table(table, days, key_column, keys, asked):
    events = EventsBefore(plain_key(table[key_column]).to_numpy(), days)
    events.ask(keys, asked)
    if (events.last > events.first).mean() < 0.2 * (~events.unknown).mean():
        return None  # what the rows are about comes before the events
    ones, made = np.ones(len(events.rows)), {}
    made["rows before"] = events.sums(ones, events.first)
    latest, earliest = events.nth_last(events.days, 1), events.days[np.clip(events.first, 0, len(events.days) - 1)]
    made["days since"] = events.asked - latest
    made["days known"] = np.where(events.last > events.first, events.asked - earliest, np.nan)
    gap = made["days known"] / np.maximum(made["rows before"], 1)
    made["days since over usual"] = made["days since"] / np.maximum(gap, 1e-9)
    windows = [w for w in (7.0, 30.0, 90.0) if w < np.ptp(events.days) / 2]
    for w in windows:
        made[f"rows in {w:.0f} days"] = events.sums(ones, np.maximum(events.position(w), events.first))
    for c in [c for c in table.columns if c != key_column][:20]:
        numbers = pd.to_numeric(table[c], errors="coerce")
        if numbers.notna().sum() >= 0.5 * max(table[c].notna().sum(), 1):
            made.update(numbers_before(events, numbers.to_numpy(dtype=float)[events.rows], c))
            for w in windows:
                filled = numbers.fillna(0.0).to_numpy(dtype=float)[events.rows]
                made[f"{c} sum in {w:.0f} days"] = events.sums(filled, np.maximum(events.position(w), events.first))
            continue
        words = table[c].astype(object).where(table[c].notna(), "(missing)").astype(str).iloc[events.rows]
        if words.nunique() > 200:
            continue
        for level in words.value_counts().index[:8]:
            found = (words == level).to_numpy(dtype=float)
            count = events.sums(found, events.first)
            made[f"{c} is {level} before"[:60]] = np.where(made["rows before"] > 0, count / np.maximum(made["rows before"], 1), np.nan)
            made[f"{c} was {level} last"[:60]] = events.nth_last(found, 1)
    return made


def before_side(entry, asked):
    table = side_rows(entry)
    days = None if table is None or not len(table) else event_days(table)
    for key in (entry["keys"] if days is not None else [])[:3]:
        if key["column"] not in table.columns or not {key["train"]} <= set(train.columns) & set(test.columns):
            continue
        if plain_key(table[key["column"]]).nunique() >= 0.98 * len(table):
            continue
        keys = np.r_[plain_key(train[key["train"]]), plain_key(test[key["train"]])]
        made = before_table(table, days, key["column"], keys, asked)
        if made is None:
            continue
        TIMED_TABLES.add(entry["name"])
        stem = entry["name"].rsplit("/", 1)[-1].rsplit(".", 1)[0]
        told = {f"{key['train']} {stem} {c}": np.asarray(v, dtype=float) for c, v in made.items()}
        told = {c: v for c, v in told.items() if len(np.unique(v[: len(train)])) > 1}
        yield [{c: v[rows] for c, v in told.items()} for rows in (slice(len(train)), slice(len(train), None))]


# Tables of events, of which a row sees those before its own time only; they are not summed up whole.
TIMED_TABLES = set()
row_days = np.r_[days_of(train), days_of(test)]
if np.isfinite(row_days).mean() > 0.5 and len(np.unique(row_days)) > 1:
    for side in OTHER:
        for pair in before_side(side, row_days):
            X, X_test = put_beside(X, X_test, *pair)
