from scipy import sparse
from sklearn.linear_model import Ridge


# include: series/panel_drivers.py


def one_of(codes, weight):
    return sparse.csr_matrix((np.full(len(codes), weight), (np.arange(len(codes)), codes)))


def panel_design(depth):
    # Effects of drivers and seasons: one for all, drawn less to nothing than those of a shop or product, and those than
    # the ones of a single series. `depth`: the weight of what is the matter of one level only.
    made, keys, series, days = PANEL
    # Small numbers beside levels: what a driver does is drawn to nothing, too, since there are many.
    drivers = 0.3 * np.column_stack(list(made.values())) if made else np.zeros((len(days), 0))
    own = [at for at, c in enumerate(made) if c.endswith((" own", " before"))]
    years = days / 365.25
    span = np.ptp(years[: len(train)])
    waves = [f(2 * np.pi * k * years) for k in range(1, 5) if span >= 0.9 for f in (np.sin, np.cos)]
    waves = np.column_stack(waves) if waves else np.zeros((len(days), 0))
    parts = [sparse.csr_matrix(drivers), sparse.csr_matrix(waves)]
    if span >= 1.5:
        parts.append(one_of((years % 1 * 52).astype(int), 0.15))
    groups = [(codes, depth) for codes in keys.values()] + [(series, depth * 0.6)]
    for codes, weight in groups:
        level = one_of(codes, weight)
        parts += [level.multiply(drivers[:, [at]]).tocsr() for at in own]
        if codes is not series:
            parts += [level.multiply(waves[:, [at]]).tocsr() for at in range(min(4, waves.shape[1]))]
    return sparse.hstack(parts).tocsr()


def slow_levels(unit):
    # The level of a series and of each key drifts: an effect for each stretch of time, used to tell drivers from it.
    _, keys, series, days = PANEL
    stretch = ((days - days.min()) // unit).astype(np.int64)
    parts = [one_of(series, 1.0)]
    for codes, weight in [(np.zeros(len(days), int), 1.0), *[(codes, 0.7) for codes in keys.values()], (series, 0.5)]:
        parts.append(one_of(pd.factorize(codes * (stretch.max() + 1) + stretch)[0], weight))
    return sparse.hstack(parts).tocsr()


def faded_mean(values, age, codes, size, half, drawn):
    weight = 0.5 ** (age / half)
    return np.bincount(codes, weight * values, size) / (np.bincount(codes, weight, size) + drawn)


def levels_ahead(rest, inside, outside, end, half, drawn):
    # Where each level stands at the end: for all, then what each key and each series adds, older rows counting less.
    _, keys, series, days = PANEL
    age, left_over = end - days[inside], rest.copy()
    found = np.zeros(len(outside))
    for codes in [np.zeros(len(days), int), *keys.values(), series]:
        some = codes.max() + 1
        mean = faded_mean(left_over, age, codes[inside], some, half, drawn if codes.max() else 0.0)
        left_over = left_over - mean[codes[inside]]
        found += mean[codes[outside]]
    return found


def effects_on(matrix, z, inside):
    # What drivers and seasons do, told from levels that drift; rows of all times.
    x = sparse.hstack([matrix[inside], SLOW[inside]]).tocsr()
    middle = z[inside].mean()
    model = Ridge(alpha=PANEL_ALPHA, solver="sparse_cg", max_iter=300, tol=1e-4).fit(x, z[inside] - middle)
    return matrix @ model.coef_[: matrix.shape[1]]


def forecast_panel(z, inside, outside):
    # Depth of effects, how fast levels age and how far they are drawn, by a forecast of the end of what is known: the mean
    # of the best few, since one end is one draw. Gives the best setting, its effects, and the forecast.
    days = PANEL[3]
    inside = inside[np.argsort(days[inside], kind="stable")][-80000:]
    end, begin = days[inside].max(), days[inside].min()
    reach = float(np.clip(days[outside].max() - end, (end - begin) / 40, (end - begin) / 4))
    past, held = inside[days[inside] <= end - reach], inside[days[inside] > end - reach]
    tries = {}
    if len(past) >= 100 and len(held) >= 20:
        for depth, matrix in DESIGNS.items():
            effect = effects_on(matrix, z, past)
            for half in HALVES:
                for drawn in (0.2, 0.5, 2.0):
                    found = effect[held] + levels_ahead(z[past] - effect[past], past, held, end - reach, half, drawn)
                    tries[depth, half, drawn] = np.mean(np.abs(found - z[held]) if ABSOLUTE else (found - z[held]) ** 2)
    best = sorted(tries, key=tries.get)[:6] or [(next(iter(DESIGNS)), HALVES[1], 2.0)]
    effects = {depth: effects_on(DESIGNS[depth], z, inside) for depth in {depth for depth, _, _ in best}}
    ahead = [
        effects[depth][outside] + levels_ahead(z[inside] - effects[depth][inside], inside, outside, end, half, drawn)
        for depth, half, drawn in best
    ]
    return best[0], effects[best[0][0]], np.mean(ahead, axis=0)


PANEL = panel_drivers()
PANEL_ALPHA = 3.0
PANEL_SPAN = max(float(np.ptp(PANEL[3][: len(train)])), 1e-6)
HALVES = tuple(PANEL_SPAN * share for share in (0.015, 0.04, 0.1, 0.3))
SLOW = slow_levels(min(91.3, PANEL_SPAN / 4))
DESIGNS = {depth: panel_design(depth) for depth in (0.3, 1.0, 2.0)}
