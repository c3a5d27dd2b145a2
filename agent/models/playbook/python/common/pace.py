# How much of a model's usual work there is time for, by a measured first piece of it: at a half its steps are twice as
# large and half as many, at 2 the other way round; where even a quarter is too much, it learns from fewer rows.
# Steps of a factor of two, so that the same script does the same on a machine that is a little slower.
PACE = 1.0
MIN_PACE, MAX_PACE = 1 / 64, 2.0
# Whether this is such a first piece, of which nothing is to be remembered.
TRYING = False


def share_of_time():
    # Seconds for one more model: what is left, but for a part that those after it will need. One that comes late
    # works less; it is never left out, since the weights of a blend were found with it.
    return max(0.7 * left(), 0.08 * SECONDS)


def pace_for(seconds, needed):
    # A model that has ample time takes twice its usual work and no more.
    ratio = max(seconds, 1e-6) / max(needed, 1e-6)
    if ratio >= 1:
        return MAX_PACE if ratio > 4 else 1.0
    return max(MIN_PACE, 2.0 ** np.floor(np.log2(ratio)))


def turns(usual, least=20):
    # Rounds, trees or epochs at this pace.
    return int(max(least, round(usual * max(PACE, 0.25))))


def paced(parameters, rounds):
    # Settings of boosting at this pace; `rounds`, where they are known, are those of this pace already.
    usual = parameters["learning_rate"]
    named = next(name for name in ("n_estimators", "iterations", "max_iter") if name in parameters)
    step = float(min(usual / max(PACE, 0.25), max(usual, 0.3)))
    return {**parameters, "learning_rate": step, named: rounds or turns(parameters[named])}


def thinned(inside, seed):
    # Rows to learn from where a quarter of the usual rounds still takes too long.
    size = int(len(inside) * PACE * 4)
    if PACE >= 0.25 or len(inside) <= 400:
        return inside
    return np.sort(np.random.default_rng(seed).choice(inside, max(400, size), replace=False))


def first_pace(try_out, inside, outside, fits, seconds):
    # Learns from an eighth of the rows and predicts as many. Part of what that takes does not grow with the rows: the
    # whole is taken to be between as long and as many times longer, and the first fold will tell.
    global PACE, TRYING
    PACE, size = 1.0, max(300, len(inside) // 8)
    if len(inside) < 1200:
        return 1.0
    rng, began, TRYING = np.random.default_rng(SEED), time.time(), True
    some = np.sort(rng.choice(inside, size, replace=False))
    try_out(some, outside[:size])
    TRYING = False
    return pace_for(seconds, (time.time() - began) * fits * np.sqrt(len(inside) / size))
