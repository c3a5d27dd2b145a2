"""Tables of every shape that a competition may have: `SHAPES` makes (table, target kind, hints) from a generator."""

import numpy as np
import pandas as pd

WORDS = [a + b + c for a in ("ka", "lo", "mi", "ter", "son") for b in ("ven", "dra", "pel", "us") for c in ("", "an", "ix", "o")]


def numbers(rng, rows, width):
    mixed = rng.normal(size=(rows, width)) @ (np.eye(width) + 0.3 * rng.normal(size=(width, width)))
    return pd.DataFrame(np.round(mixed / mixed.std(axis=0), 3), columns=[f"x{i}" for i in range(width)])


def bend(rng, table):
    """A smooth function of a table's numbers, of unit spread."""
    x = table.to_numpy()
    total = np.zeros(len(x))
    for _ in range(4):
        a, b = rng.choice(x.shape[1], 2, replace=False)
        total += rng.normal(1.0, 0.4) * [np.sin(x[:, a]), x[:, a], np.maximum(x[:, a], 0), (x[:, b] > 0) * x[:, a]][rng.integers(4)]
    return total / max(total.std(), 1e-9)


def weak(rng):
    """Little of the answer can be told."""
    table = numbers(rng, int(rng.integers(300, 2500)), int(rng.integers(3, 9)))
    return table, rng.uniform(0.1, 0.4) * bend(rng, table), {}


def strong(rng):
    """Nearly all of it can."""
    table = numbers(rng, int(rng.integers(300, 1500)), 5)
    return table, rng.uniform(3, 12) * bend(rng, table), {}


def few(rng):
    """Few rows."""
    table = numbers(rng, int(rng.integers(80, 220)), int(rng.integers(3, 15)))
    return table, rng.uniform(0.4, 2.0) * bend(rng, table), {}


def plain(rng):
    """Numbers with gaps, classes and a code."""
    rows = int(rng.integers(500, 2500))
    table = numbers(rng, rows, 5)
    signal = 1.2 * bend(rng, table)
    table.loc[rng.random(rows) < 0.1, "x0"] = np.nan
    grade = rng.integers(0, 5, rows)
    table["grade"], table["size"] = np.array(list("ABCDE"))[grade], np.round(rng.gamma(4, 20, rows), 1)
    return table, signal + rng.normal(0, 0.7, 5)[grade] + 0.004 * table["size"].to_numpy(), {}


def groups(rng):
    """Rows of a group err together; the test has other groups, or the same."""
    count, size = int(rng.integers(40, 140)), int(rng.integers(5, 14))
    group = np.repeat(np.arange(count), size)
    table = numbers(rng, len(group), 4)
    signal = bend(rng, table) + 0.8 * rng.normal(size=count)[group]
    table.insert(0, "patient", [f"P{g:03d}" for g in group])
    return table, signal, {"group": "patient"}


def times(rng):
    """The test lies later, and the level wanders."""
    steps, each = int(rng.integers(30, 80)), int(rng.integers(8, 25))
    time = np.repeat(np.arange(steps), each)
    table = numbers(rng, len(time), 4)
    signal = bend(rng, table) + 0.15 * rng.normal(size=steps).cumsum()[time]
    table.insert(0, "day", (pd.Timestamp("2021-03-01") + pd.to_timedelta(time, unit="D")).strftime("%Y-%m-%d"))
    return table, signal, {"time": "day"}


def texts(rng):
    """Short texts in which some words say something."""
    rows = int(rng.integers(500, 1800))
    weight = np.where(rng.random(len(WORDS)) < 0.3, rng.normal(0, 0.8, len(WORDS)), 0)
    said = [rng.choice(len(WORDS), int(rng.integers(4, 12))) for _ in range(rows)]
    table = pd.DataFrame({"message": [" ".join(WORDS[w] for w in words) for words in said], "hour": rng.integers(0, 24, rows)})
    return table, np.array([weight[words].sum() for words in said]), {}


def titles(rng):
    """Long names that repeat: a text to the eye, a code to a model."""
    rows, kinds = int(rng.integers(500, 1800)), int(rng.integers(25, 60))
    names = [" ".join(rng.choice(WORDS, 4)) + f" of {rng.choice(WORDS)}" for _ in range(kinds)]
    kind = rng.integers(0, kinds, rows)
    table = pd.DataFrame({"occupation": np.array(names)[kind], "age": rng.integers(18, 70, rows)})
    return table, rng.normal(size=kinds)[kind] + 0.01 * table["age"].to_numpy(), {}


def streets(rng):
    """Codes of very many values."""
    rows, count = int(rng.integers(800, 2500)), int(rng.integers(100, 400))
    street, maker = np.minimum(rng.geometric(4 / count, rows), count - 1), rng.integers(0, 40, rows)
    table = numbers(rng, rows, 3)
    signal = 0.6 * bend(rng, table) + rng.normal(size=count)[street] + 0.5 * rng.normal(size=40)[maker]
    table["street"], table["maker"] = [f"S{s}" for s in street], [f"m-{m}" for m in maker]
    return table, signal, {}


def postcodes(rng):
    """Codes that are written as whole numbers, and mean something each."""
    rows, count = int(rng.integers(800, 2500)), int(rng.integers(60, 200))
    code = rng.choice(np.arange(10_000, 99_999), count, replace=False)
    at = rng.integers(0, count, rows)
    table = numbers(rng, rows, 3)
    signal = 0.6 * bend(rng, table) + 1.2 * rng.normal(size=count)[at]
    table["postcode"] = code[at]
    return table, signal, {}


def places(rng):
    """Coordinates of stations: near ones are alike, each has many rows."""
    rows, count = int(rng.integers(600, 2000)), int(rng.integers(40, 300))
    east, north = np.round(rng.uniform(5, 15, count), 4), np.round(rng.uniform(47, 55, count), 4)
    level = np.sin(east) + np.cos(1.3 * north) + 0.5 * rng.normal(size=count)
    at = rng.integers(0, count, rows)
    table = numbers(rng, rows, 2)
    signal = level[at] + 0.4 * bend(rng, table)
    table["longitude"], table["latitude"] = east[at], north[at]
    return table, signal, {}


def spatial(rng):
    """Coordinates of houses: each its own."""
    rows = int(rng.integers(600, 2000))
    table = pd.DataFrame({"longitude": np.round(rng.uniform(5, 6, rows), 5), "latitude": np.round(rng.uniform(50, 51, rows), 5)})
    center = rng.uniform(0, 1, (12, 2)) + [5, 50]
    near = np.exp(-((table.to_numpy()[:, None, :] - center) ** 2).sum(axis=2) / 0.01)
    table["rooms"] = rng.integers(1, 8, rows)
    return table, 2 * near @ rng.normal(size=12) + 0.1 * table["rooms"].to_numpy(), {}


def duplicates(rng):
    """A third of the rows stand there twice or more, in training and test alike."""
    table = numbers(rng, int(rng.integers(300, 1000)), 4)
    signal = bend(rng, table)
    again = rng.integers(0, len(table), len(table) // 2)
    order = rng.permutation(len(table) + len(again))
    return pd.concat([table, table.iloc[again]]).iloc[order].reset_index(drop=True), np.concatenate([signal, signal[again]])[order], {}


def rounded(rng):
    """Cells of few levels each, as of a questionnaire."""
    rows = int(rng.integers(500, 2000))
    table = numbers(rng, rows, 8)
    signal = 1.3 * bend(rng, table)
    return np.clip((2 * table).round() + 4, 0, 8).astype(int).add_prefix("q"), signal, {}


def counters(rng):
    """Ids that count up with the answer's level, training and test mixed."""
    rows = int(rng.integers(500, 1500))
    table = numbers(rng, rows, 4)
    return table, 0.7 * bend(rng, table) + np.sin(np.linspace(0, rng.uniform(2, 20), rows)), {}


def sequence(rng):
    """Each row continues the one before it; training and test are mixed."""
    rows = int(rng.integers(500, 1500))
    walk = np.zeros(rows)
    for i in range(1, rows):
        walk[i] = 0.9 * walk[i - 1] + 0.4 * rng.normal()
    table = numbers(rng, rows, 3)
    signal = 0.6 * bend(rng, table) + walk
    table["level"], table["step"] = np.round(walk + 0.7 * rng.normal(size=rows), 3), np.arange(rows)
    return table, signal, {}


def wide(rng):
    """More columns than a model can trust."""
    table = numbers(rng, int(rng.integers(150, 400)), int(rng.integers(40, 120)))
    return table, 1.5 * bend(rng, table), {}


def heavy(rng):
    """Prices and amounts over several powers of ten."""
    rows = int(rng.integers(500, 2000))
    table = pd.DataFrame(np.round(np.exp(rng.normal(4, 1.6, (rows, 4))), 2), columns=["amount", "price", "weight", "income"])
    table["members"] = rng.poisson(3, rows)
    return table, 1.2 * bend(rng, np.log(table + 1)), {}


SHAPES = {each.__name__: each for each in (
    weak, strong, few, plain, groups, times, texts, titles, streets, postcodes, places, spatial, duplicates, rounded,
    counters, sequence, wide, heavy)}
