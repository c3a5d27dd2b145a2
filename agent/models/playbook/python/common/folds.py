from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold


def forward_folds(order, parts):
    # Each part is validated by a model that saw only earlier rows; the first half is never validated.
    edges = np.linspace(0.5, 1.0, parts + 1) * len(order)
    edges = edges.astype(int)
    pairs = [(order[:a], order[a:b]) for a, b in zip(edges[:-1], edges[1:])]
    return [(before, after) for before, after in pairs if len(before) and len(after)]


def make_folds():
    size = len(train)
    parts = max(2, min(FOLDS, size // 2))
    if STRATEGY == "time" and TIME in train.columns:
        moments = dates_in(train, TIME) if TIME in DATE_FORMS else pd.to_numeric(train[TIME], errors="coerce")
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
