"""Made-up competitions of one kind each: `families.py <kind> <number> <folder>` writes one, the same for the same number.

The folder gets what a solver sees, `<folder>-answers.csv` beside it the answers.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

STREETS = "Mill Lane|High Street|Church Road|Station Road|Park Avenue|Queen Street|Harbor Way|Elm Drive".split("|")
MAKERS = "Norda|Velmax|Kuro|Asten|Bright & Sons|Tollund|Pike|Omega Works".split("|")


def smooth(rng, columns):
    # A sum of bends and products of a few columns.
    total = np.zeros(len(columns))
    for _ in range(6):
        a, b = rng.choice(columns.shape[1], 2, replace=False)
        form = rng.integers(4)
        u, v = columns[:, a], columns[:, b]
        part = [np.sin(2 * u), u * v, np.maximum(u - rng.normal(), 0), (u > rng.normal()) * v][form]
        total += rng.normal(1.0, 0.4) * part
    return total


def plain(rng, rows):
    # Numbers with gaps, categories of few and many levels, a date, coordinates and messy texts.
    numbers = rng.normal(size=(rows, 8)) @ (np.eye(8) + 0.3 * rng.normal(size=(8, 8)))
    numbers /= numbers.std(axis=0)
    few, many = rng.integers(0, 5, rows), np.minimum(rng.geometric(0.02, rows), 150)
    days = rng.integers(0, 1400, rows)
    east, north = rng.normal(10, 1.5, rows), rng.normal(50, 1.0, rows)
    size, maker, street = rng.gamma(4, 20, rows), rng.integers(0, 8, rows), rng.integers(0, 8, rows)
    centers = np.column_stack([rng.normal(10, 1.2, 4), rng.normal(50, 0.8, 4)])
    near = np.exp(-((east[:, None] - centers[:, 0]) ** 2 + (north[:, None] - centers[:, 1]) ** 2) / 0.3)
    score = smooth(rng, numbers) + rng.normal(0, 0.8, 5)[few] + rng.normal(0, 0.8, 151)[many]
    score = score + near @ rng.normal(0, 2.0, 4) + 0.9 * np.sin(2 * np.pi * days / 365.25) + 0.0006 * days
    score = score + 0.02 * size * (1 + 0.4 * rng.normal(size=8)[maker]) + rng.normal(0, 0.6, 8)[street]
    table = pd.DataFrame(np.round(numbers, 3), columns=[f"reading_{i}" for i in range(8)])
    for c in table.columns[:4]:
        table.loc[rng.random(rows) < 0.08, c] = np.nan
    table["grade"] = np.array(list("ABCDE"))[few]
    table["depot"] = [f"D{m:03d}" for m in many]
    table["seen_on"] = (pd.Timestamp("2019-01-01") + pd.to_timedelta(days, unit="D")).strftime("%Y-%m-%d")
    table["longitude"], table["latitude"] = np.round(east, 4), np.round(north, 4)
    unit = rng.integers(0, 3, rows)
    table["extent"] = [[f"{s:.0f} m2", f"{s:.1f} sqm", f"approx. {s:.0f} square m"][u] for s, u in zip(size, unit)]
    parts = [f"{MAKERS[m]} {STREETS[s]} {h}" for m, s, h in zip(maker, street, rng.integers(1, 900, rows))]
    table["label"] = parts
    return table, score


def plain_task(rng, number):
    rows = int(rng.choice([1500, 3000, 6000]))
    table, score = plain(rng, rows)
    goal = ("regression", "binary", "multiclass", "skewed", "auc")[number % 5]
    z = (score - score.mean()) / score.std()
    if goal in ("regression", "skewed"):
        answer = z + rng.normal(0, 0.5, rows)
        if goal == "skewed":
            table["target"] = np.round(np.exp(4 + 0.8 * answer), 2)
            return table, "regression", "mae", "minimize"
        table["target"] = np.round(10 + 3 * answer, 4)
        return table, "regression", "rmse", "minimize"
    if goal == "multiclass":
        levels = np.column_stack([z, smooth(rng, table.filter(like="reading").fillna(0).to_numpy()), 0.5 * z**2, -z])
        table["target"] = np.array(["calm", "fair", "rough", "storm"])[(1.5 * levels + rng.gumbel(size=levels.shape)).argmax(axis=1)]
        return table, "multiclass", "log_loss", "minimize"
    table["target"] = (rng.random(rows) < 1 / (1 + np.exp(-(2.0 * z - 0.8)))).astype(int)
    return table, "binary", "roc_auc" if goal == "auc" else "log_loss", "maximize" if goal == "auc" else "minimize"


def words_of(rng, count):
    ends = "an er ol ik us em ta ro mi ven del sor lin pra".split()
    return ["".join(rng.choice(ends, rng.integers(2, 4))) for _ in range(count)]


def texts_task(rng, number):
    # Short texts of a few topics, in which single words, pairs, spelling and the first word say something.
    rows, classes = int(rng.choice([3000, 6000])), 2 if number % 2 == 0 else 4
    words = np.array(words_of(rng, 1500))
    usual = rng.dirichlet(np.full(len(words), 0.15))
    tastes = np.array([0.55 * usual + 0.45 * rng.dirichlet(np.full(len(words), 0.02)) for _ in range(classes)])
    opening = rng.dirichlet(np.full(6, 0.8), classes)
    code = rng.integers(0, classes, rows)
    texts = []
    for c in code:
        own = rng.choice(words, rng.integers(4, 14), p=tastes[c if rng.random() > 0.25 else rng.integers(classes)])
        own = [w if rng.random() > 0.15 else w[:1] + w[2:] for w in own]
        first = ["please", "why", "note", "hello", "re", "fw"][rng.choice(6, p=opening[c])]
        texts.append(f"{first} {' '.join(own)}{'!' if rng.random() < 0.1 + 0.1 * c else ''}")
    table = pd.DataFrame({"message": texts, "hour": rng.integers(0, 24, rows)})
    table["target"] = code if classes == 2 else np.array(["bill", "help", "sale", "talk"])[code]
    return table, "binary" if classes == 2 else "multiclass", "log_loss", "minimize"


def ratings_task(rng, number):
    # Grades that users give to items: effects of both, a few hidden tastes, a change over time.
    users, items, rows = int(rng.choice([300, 800])), int(rng.choice([150, 400])), 9000
    user = np.minimum((users * rng.random(rows) ** 1.7).astype(int), users - 1)
    item = np.minimum((items * rng.random(rows) ** 1.7).astype(int), items - 1)
    p, q = rng.normal(0, 0.55, (users, 4)), rng.normal(0, 0.55, (items, 4))
    kind = rng.integers(0, 6, items)
    answer = 3.4 + rng.normal(0, 0.5, users)[user] + rng.normal(0, 0.5, items)[item] + (p[user] * q[item]).sum(axis=1)
    answer = answer + rng.normal(0, 0.25, (users, 6))[user, kind[item]] + rng.normal(0, 0.6, rows)
    table = pd.DataFrame({"user": [f"u{u:04d}" for u in user], "item": [f"i{i:04d}" for i in item]})
    table["kind"], table["day"] = np.array(list("abcdef"))[kind[item]], rng.integers(0, 300, rows)
    table["target"] = np.clip(np.round(answer * 2) / 2, 0.5, 5.0)
    return table, "regression", ("rmse", "mae")[number % 2], "minimize"


def panel_task(rng, number):
    # Weekly sales of products in shops: own price and those of rivals, promotions, seasons, gaps; the last weeks are asked.
    shops, products, weeks = int(rng.integers(4, 13)), int(rng.integers(6, 19)), int(rng.integers(80, 157))
    asked, gap = int(rng.choice([4, 8, 13])), (0, 0, 0, 4, 2)[number % 5]
    groups = rng.integers(0, max(2, products // 4), products)
    shop, product, week = [a.ravel() for a in np.meshgrid(np.arange(shops), np.arange(products), np.arange(weeks), indexing="ij")]
    level = np.exp(rng.normal(1.2, 0.5, products))[None, :] * np.exp(rng.normal(0, 0.05, (shops, products)))
    steps = np.where(rng.random((shops, products, weeks)) < 0.04, rng.normal(0, 0.08, (shops, products, weeks)), 0).cumsum(axis=2)
    promo = rng.random((shops, products, weeks)) < rng.uniform(0.05, 0.2, products)[None, :, None]
    shown = promo & (rng.random(promo.shape) < 0.5)
    price = level[:, :, None] * np.exp(steps) * np.where(promo, rng.choice([0.7, 0.8, 0.9], promo.shape), 1.0)
    logs = np.log(price) - np.log(price).mean(axis=2, keepdims=True)
    pull = -np.abs(rng.normal(1.8, 0.7, products))[None, :, None] + rng.normal(0, 0.25, (shops, products, 1))
    same = (groups[:, None] == groups) & ~np.eye(products, dtype=bool)
    rivals = np.einsum("ij,sjw->siw", same / np.maximum(same.sum(axis=1, keepdims=True), 1), logs)
    season = rng.normal(0, 0.25, (products, 2)) @ np.array([np.sin(2 * np.pi * np.arange(weeks) / 52.18), np.cos(2 * np.pi * np.arange(weeks) / 52.18)])
    walk = rng.normal(0, 0.03, (shops, products, weeks)).cumsum(axis=2) + rng.normal(0, 0.02, (shops, 1, weeks)).cumsum(axis=2)
    after = np.concatenate([np.zeros((shops, products, 1)), promo[:, :, :-1]], axis=2) * rng.uniform(-0.3, 0, products)[None, :, None]
    mean = rng.normal(2.6, 0.5, (shops, 1, 1)) + rng.normal(0, 0.7, (1, products, 1)) + rng.normal(0, 0.3, (shops, products, 1))
    mean = mean + pull * logs + 0.6 * rivals + rng.normal(0.35, 0.2, products)[None, :, None] * shown + season[None] + walk + after
    sold = rng.poisson(np.exp(np.clip(mean + rng.normal(0, 0.15, mean.shape), -3, 7)))
    table = pd.DataFrame({"shop": [f"S{s:02d}" for s in shop], "product": [f"P{p:03d}" for p in product]})
    table["category"] = np.array(list("abcdefgh"))[groups[product]]
    dates = pd.Timestamp("2018-01-01") + pd.to_timedelta(7 * week, unit="D")
    table["week"] = week if number % 5 in (2, 4) else dates.strftime("%Y-%m-%d")
    table["price"], table["on_promotion"], table["display"] = np.round(price.ravel(), 2), promo.ravel().astype(int), shown.ravel().astype(int)
    table["target"] = sold.ravel()
    kept = (rng.random(len(table)) > 0.03) & ((week < weeks - asked - gap) | (week >= weeks - asked))
    table["_later"] = week >= weeks - asked
    order = np.argsort(week[kept], kind="stable")
    metric = ("rmsle", "mae", "rmse", "wmape", "mae")[number % 5]
    return table[kept].iloc[order].reset_index(drop=True), "regression", metric, "minimize"


# In the order that seeds go by: what comes new stands last.
KINDS = {"plain": plain_task, "ratings": ratings_task, "texts": texts_task, "panel": panel_task}


def main(kind, number, folder):
    rng = np.random.default_rng([list(KINDS).index(kind), number])
    table, task, metric, direction = KINDS[kind](rng, number)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    table.insert(0, "id", np.arange(len(table)))
    if "_later" in table:
        later = np.flatnonzero(table.pop("_later"))
    else:
        later = np.sort(rng.choice(len(table), len(table) // 3, replace=False))
    test = table.iloc[later]
    table.drop(table.index[later]).to_csv(folder / "train.csv", index=False)
    test.drop(columns="target").to_csv(folder / "test.csv", index=False)
    test[["id", "target"]].to_csv(f"{folder}-answers.csv", index=False)
    columns = ["target"] if task != "multiclass" else sorted(table["target"].unique())
    empty = float(table["target"].median()) if task == "regression" else 1 / max(2, len(columns))
    test[["id"]].assign(**{c: empty for c in columns}).to_csv(folder / "sample_submission.csv", index=False)
    (folder / "description.md").write_text(f"# A made-up competition\n\nPredict `target`. Metric: {metric}.\n")
    lines = [f"id: made-{kind}-{number}", "title: A made-up competition", f"type: {task}"]
    lines += [f"metric: {{ name: {metric}, direction: {direction} }}", "id_column: id", "target_columns: [target]"]
    if kind == "panel":
        lines.append("time_column: week")
    (folder / "task.yaml").write_text("\n".join([*lines, f"prediction_columns: [{', '.join(columns)}]", ""]))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
