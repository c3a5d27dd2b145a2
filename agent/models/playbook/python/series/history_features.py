from scipy import sparse
from sklearn.linear_model import Ridge


# include: features/days_of.py


def entity_columns():
    # Two columns that name entities of the same kind (home and away): their values overlap.
    names = [c for c in CATEGORICAL if c in train.columns and c in test.columns and c not in TARGETS + [ID]]
    sets = {c: set(train[c].dropna().astype(str)) for c in names}
    best, found = 0.4, None
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = sets[first], sets[second]
            overlap = len(a & b) / max(len(a | b), 1)
            if overlap > best and len(a) >= 3 and len(b) >= 3:
                best, found = overlap, (first, second)
    if found is not None:
        return found
    single = GROUP if GROUP in names else None
    if single is None and TRAIN_ONLY:
        single = max(names, key=lambda c: len(sets[c]), default=None)
    return (single, single) if single is not None else None


def result_columns():
    # What is known of past rows only: numeric train-only columns, then the answer itself.
    found = {}
    for c in TRAIN_ONLY:
        numbers = pd.to_numeric(train[c], errors="coerce") if c in train.columns else pd.Series(dtype=float)
        if len(numbers) and numbers.notna().mean() > 0.8 and numbers.nunique() > 1 and c != ID:
            found[c] = numbers.fillna(numbers.median()).to_numpy(dtype=float)
    found = dict(list(found.items())[:8])
    if KIND == "multiclass":
        found.update({f"answer {c}": (y == c).astype(float) for c in range(min(K, 6))})
    else:
        matrix = y.reshape(len(y), -1)
        found.update({f"answer {t}": matrix[:, t].astype(float) for t in range(min(matrix.shape[1], 4))})
    return found


def mirrored(results, first, second):
    # A pair of results of which one belongs to each entity: home_score to home_team, away_score to away_team.
    def words(name):
        return set(str(name).lower().replace("-", "_").replace(" ", "_").split("_"))

    own, other = words(first) - words(second), words(second) - words(first)
    for a in results:
        for b in results:
            if a != b and words(a) & own and words(b) & other and words(a) - own == words(b) - other:
                return a, b
    return None


def one_hot_of(values, place):
    codes = values.map(place)
    seen = codes.notna().to_numpy()
    rows = np.flatnonzero(seen)
    cells = (np.ones(len(rows)), (rows, codes[seen].astype(int)))
    return sparse.csr_matrix(cells, shape=(len(values), len(place)))


class Ratings:
    # Additive ratings of both entities for each result, older rows counting less, drawn towards the mean.
    def __init__(self, past, now, results, rows, pair, twins):
        first, second = pair
        self.pair, self.twins = pair, twins
        names = pd.unique(pd.concat([past[first], past[second]]))
        self.place = {name: i for i, name in enumerate(names)}
        weights = 0.5 ** ((now - past["_days"].to_numpy()) / HALF_LIFE)
        sides = self.sides(past)
        width = len(names)
        self.models = {}
        for name, values in results.items():
            self.models[name] = Ridge(alpha=10.0).fit(sparse.hstack(sides), values[rows], sample_weight=weights)
        if twins is not None:
            gap = results[twins[0]][rows] - results[twins[1]][rows]
            edge = max(np.quantile(np.abs(gap), 0.9), 1e-9)
            self.gap = Ridge(alpha=10.0).fit(sides[0] - sides[1], np.clip(gap, -edge, edge), sample_weight=weights)
            self.strength = self.gap.coef_[:width]
        stacked = pd.concat([past[first], past[second]])
        self.counts = pd.Series(np.r_[weights, weights]).groupby(stacked.to_numpy()).sum()

    def sides(self, rows):
        return [one_hot_of(rows[c], self.place) for c in self.pair]

    def features(self, rows):
        sides = self.sides(rows)
        made = {f"expected {name}": model.predict(sparse.hstack(sides)) for name, model in self.models.items()}
        if self.twins is not None:
            made["strength difference"] = (sides[0] - sides[1]) @ self.strength
            made["strength gap"] = np.abs(made["strength difference"])
        for label, c in zip(("first", "second"), self.pair):
            known_rows = rows[c].map(self.counts).fillna(0.0).to_numpy(dtype=float)
            made[f"{label} history"] = np.log1p(known_rows)
            made[f"{label} unknown"] = (~rows[c].isin(self.place)).to_numpy(dtype=float)
        return pd.DataFrame(made, index=rows.index)


def days_of_rest(both, pair):
    # Days since the entity's row before, on either side; the calendar of rows is known beforehand.
    long = pd.concat([both[["_days"]].assign(who=both[c], side=s) for s, c in enumerate(pair)])
    long = long.rename_axis("row").reset_index().sort_values(["_days", "row", "side"], kind="stable")
    long["rest"] = long.groupby("who")["_days"].diff().clip(0, 30)
    return [long[long["side"] == s].set_index("row")["rest"].reindex(both.index) for s in (0, 1)]


def history_blocks(days, days_test):
    # Cut points as far apart as the test rows reach beyond training: each row sees only what lies before its cut.
    end, begin = np.nanmax(days), np.nanmin(days)
    reach = np.nanmax(days_test) - end if np.isfinite(days_test).any() else 0.0
    step = max(reach, (end - begin) / 20, 1e-6)
    step = min(step, (end - begin) / 3 + 1e-6)
    cuts = [end]
    while cuts[-1] - step > begin + 0.05 * (end - begin):
        cuts.append(cuts[-1] - step)
    return np.array(cuts[::-1])


def past_features(pair):
    both = pd.concat([train[list(dict.fromkeys(pair))], test[list(dict.fromkeys(pair))]], ignore_index=True)
    both = both.astype(object).where(both.notna(), "(missing)").astype(str)
    days = np.r_[days_of(train), days_of(test)]
    size = len(train)
    if not np.isfinite(days[:size]).any():
        return None
    both["_days"] = np.where(np.isfinite(days), days, np.nanmedian(days[:size]))
    results = result_columns()
    twins = mirrored(results, *pair)
    cuts = history_blocks(both["_days"].to_numpy()[:size], both["_days"].to_numpy()[size:])
    # The block of a row: the last cut strictly before it.
    block = np.searchsorted(cuts, both["_days"].to_numpy(), "left") - 1
    parts = []
    for number, cut in enumerate(cuts):
        rows = np.flatnonzero(block == number)
        past = np.flatnonzero(both["_days"].to_numpy()[:size] <= cut)
        if len(rows) and len(past) >= 5:
            ratings = Ratings(both.iloc[past], cut, results, past, pair, twins)
            parts.append(ratings.features(both.iloc[rows]))
    if not parts:
        return None
    made = pd.concat(parts).reindex(both.index)
    if pair[0] != pair[1]:
        made["first rest"], made["second rest"] = days_of_rest(both, pair)
    else:
        made = made.drop(columns=[c for c in made.columns if c.startswith("second")])
    return made


HALF_LIFE = 700.0
HISTORY = []
entities = entity_columns()
past = past_features(entities) if entities is not None else None
if past is not None:
    HISTORY = [f"history {c}" for c in past.columns]
    past.columns = HISTORY
    made = past.iloc[: len(train)].set_axis(X.index), past.iloc[len(train) :].set_axis(X_test.index)
    X, X_test = put_beside(X, X_test, *made)
    print("history of", entities, "in", len(HISTORY), "columns")
