from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold


def forward_folds(order, parts):
    # Each part is validated by a model that saw only earlier rows; the first half is never validated.
    edges = np.linspace(0.5, 1.0, parts + 1) * len(order)
    edges = edges.astype(int)
    pairs = [(order[:a], order[a:b]) for a, b in zip(edges[:-1], edges[1:])]
    return [(before, after) for before, after in pairs if len(before) and len(after)]


def moments_of(table):
    # When rows are, by one column or by columns for year, month and day.
    if TIME in table.columns:
        return dates_in(table, TIME) if TIME in DATE_FORMS else pd.to_numeric(table[TIME], errors="coerce")
    sizes = {"year": 1.0, "quarter": 4.0, "month": 12.0, "week": 54.0, "day_of_year": 366.0, "day": 384.0, "hour": 9600.0, "minute": 6e5}
    months = "jan feb mar apr may jun jul aug sep oct nov dec".split()
    cells = {unit: table[name].astype(str).str.strip().str.lower() for unit, name in TIME_PARTS.items()}
    if "month" in cells:
        cells["month"] = cells["month"].map(lambda text: months.index(text[:3]) + 1 if text[:3] in months else text)
    return sum(pd.to_numeric(each.astype(str).str.lstrip("qw"), errors="coerce") / sizes[unit] for unit, each in cells.items())


def make_folds():
    size = len(train)
    parts = max(2, min(FOLDS, size // 2))
    if STRATEGY == "time" and (TIME in train.columns or (TIME_PARTS and set(TIME_PARTS.values()) <= set(train.columns))):
        moments = moments_of(train)
        # Rows of an unknown time come first, as the harness has it.
        order = np.argsort(moments.fillna(moments.min()).to_numpy(), kind="stable")
        return forward_folds(order, min(parts, 4))
    if STRATEGY == "time":
        return forward_folds(np.arange(size), min(parts, 4))
    if STRATEGY == "group" and GROUP in train.columns and train[GROUP].nunique() >= 2:
        groups = train[GROUP].astype(str)
        splitter = GroupKFold(min(parts, groups.nunique()), shuffle=True, random_state=SEED)
        return list(splitter.split(train, groups=groups))
    if KIND != "regression" and y.ndim == 1 and np.bincount(y.astype(int)).max() >= parts:
        splitter = StratifiedKFold(parts, shuffle=True, random_state=SEED)
        return list(splitter.split(train, y))
    return list(KFold(parts, shuffle=True, random_state=SEED).split(train))


with warnings.catch_warnings():
    # A class with fewer rows than folds is only spread thinly.
    warnings.simplefilter("ignore")
    folds = make_folds()
if not folds:
    folds = list(KFold(2, shuffle=True, random_state=SEED).split(train))
