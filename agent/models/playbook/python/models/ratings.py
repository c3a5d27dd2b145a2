from scipy import sparse
from sklearn.linear_model import Ridge


def rated_columns():
    # The two columns of the most levels, and the small ones beside them: who rates, what is rated, of which kind.
    both = pd.concat([train, test], ignore_index=True)
    numbered = [c for c in NUMERIC if c.lower().endswith("id")]
    names = [c for c in dict.fromkeys(CATEGORICAL + numbered) if c in test.columns and c in train.columns]
    levels = {c: both[c].astype(str).nunique() for c in names}
    names = sorted((c for c in names if levels[c] >= 2), key=lambda c: -levels[c])
    codes = {c: np.unique(both[c].astype(str), return_inverse=True)[1] for c in names}
    return codes, names[:2], [c for c in names[2:] if levels[c] <= 60][:4]


def one_hot_codes(codes):
    codes = np.unique(codes, return_inverse=True)[1]
    return sparse.csr_matrix((np.ones(len(codes)), (np.arange(len(codes)), codes)))


def effect_matrix():
    # Each level, each of the two main columns crossed with the small ones, and plain numbers.
    codes, main, small = rated_columns()
    blocks = [one_hot_codes(codes[c]) for c in main + small]
    for c in main:
        blocks += [one_hot_codes(codes[c].astype(np.int64) * 100_000 + codes[k]) for k in small]
    numbers = [c for c in X.columns if c not in categories_of(X) and c in train.columns and X[c].nunique() > 1]
    if numbers:
        shown = pd.concat([X[numbers], X_test[numbers]], ignore_index=True).astype(float)
        shown = ((shown - shown.mean()) / (shown.std() + 1e-12)).clip(-4, 4).fillna(0.0)
        blocks.append(sparse.csr_matrix(shown.to_numpy()))
    return sparse.hstack(blocks).tocsr(), [codes[c] for c in main]


def halved(size, seed):
    # A tenth of the rows to choose strengths on.
    order = np.random.default_rng(seed).permutation(size)
    return np.sort(order[size // 10 :]), np.sort(order[: size // 10])


def effects_of(matrix, target, strengths, seed):
    # Ridge regression draws effects of few rows to nothing; how far is settled on rows held out.
    inside, outside = halved(len(target), seed)
    errors = {}
    for strength in strengths:
        model = Ridge(alpha=strength, solver="sparse_cg").fit(matrix[inside], target[inside])
        errors[strength] = np.mean((model.predict(matrix[outside]) - target[outside]) ** 2)
    best = min(errors, key=errors.get)
    return Ridge(alpha=best, solver="sparse_cg").fit(matrix, target), inside, outside


class Factors:
    # Hidden tastes of both sides by alternating least squares (Koren et al., 2009), all levels of a side at once.
    def __init__(self, codes, target, drawn, seed, width, rounds=12):
        rng = np.random.default_rng(seed)
        self.sides = [rng.normal(0, 0.1, (size, width)) for size in RATED_SIZES]
        orders = [np.argsort(c, kind="stable") for c in codes]
        for turn in range(2 * rounds):
            own, other = turn % 2, 1 - turn % 2
            order = orders[own]
            q = self.sides[other][codes[other][order]]
            levels, starts = np.unique(codes[own][order], return_index=True)
            squares = np.add.reduceat(q[:, :, None] * q[:, None, :], starts) + drawn * np.eye(width)
            sums = np.add.reduceat(q * target[order][:, None], starts)
            self.sides[own] = np.zeros((RATED_SIZES[own], width))
            self.sides[own][levels] = np.linalg.solve(squares, sums[:, :, None])[:, :, 0]

    def predict(self, codes):
        return (self.sides[0][codes[0]] * self.sides[1][codes[1]]).sum(axis=1)


def tastes_of(codes, rest, inside, outside, seed):
    # Width and penalty of the tastes in what the effects leave, where they help on the rows held out; else nothing.
    part = [c[inside] for c in codes], [c[outside] for c in codes]
    errors = {None: np.mean(rest[outside] ** 2)}
    for width, drawn in ((3, 4.0), (3, 10.0), (6, 8.0), (6, 20.0), (12, 15.0), (12, 40.0)):
        found = Factors(part[0], rest[inside], drawn, seed, width, 8).predict(part[1])
        errors[width, drawn] = np.mean((found - rest[outside]) ** 2)
    return min(errors, key=errors.get)


def fit_ratings(x_train, y_train, x_valid, y_valid, seed, rounds):
    # The codes of both sides stand in the last two columns.
    def parts(frame):
        codes = np.asarray(frame[:, -2:].todense()).astype(int)
        return frame[:, :-2], [codes[:, 0], codes[:, 1]]

    matrix, codes = parts(x_train)
    middle = float(np.mean(y_train))
    model, inside, outside = effects_of(matrix, y_train - middle, (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0), seed)
    # Which tastes help is seen on rows that the effects did not see either.
    held = Ridge(alpha=model.alpha, solver="sparse_cg").fit(matrix[inside], y_train[inside] - middle)
    chosen = tastes_of(codes, y_train - middle - held.predict(matrix), inside, outside, seed)
    rest, tastes = y_train - middle - model.predict(matrix), []
    if chosen is not None:
        tastes = [Factors(codes, rest, chosen[1], seed + n, chosen[0]) for n in range(4)]
    low, high = np.min(y_train), np.max(y_train)

    def predict(frame):
        matrix, codes = parts(frame)
        found = middle + model.predict(matrix)
        if tastes:
            found = found + np.mean([t.predict(codes) for t in tastes], axis=0)
        return wide(np.clip(found, low, high))

    return predict, None


rated, rated_codes = effect_matrix()
RATED_SIZES = [int(c.max()) + 1 for c in rated_codes]
rated = sparse.hstack([rated, sparse.csr_matrix(np.column_stack(rated_codes))]).tocsr()
predictions["ratings"] = cross_fit("ratings", fit_ratings, rated[: len(train)], rated[len(train) :])
