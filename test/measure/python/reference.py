"""Recipes written by hand by somebody who knows what a made-up competition is about: what the playbook is to beat."""

import json
import os
import sys

import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, CatBoostRegressor
from lightgbm import LGBMClassifier, LGBMRegressor
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold
from tables import write

TASK = json.loads(sys.argv[1])
SEED = int(sys.argv[3])
NUMBER = TASK["type"] == "regression"


def table(part):
    """A table of the competition, with its answers where it has them."""
    return pd.read_csv(os.path.join(TASK["folder"], TASK["files"][part]))


def answers_of(train):
    """The target as numbers or codes of classes, and the names of the classes."""
    if NUMBER:
        return train["target"].to_numpy(float), []
    names = sorted(train["target"].unique())
    return train["target"].map({name: code for code, name in enumerate(names)}).to_numpy(), names


def shares(model, x):
    """What a model says: numbers, the share of the later class, or the shares of all."""
    if NUMBER:
        return model.predict(x)
    found = model.predict_proba(x)
    return found[:, 1] if found.shape[1] == 2 else found


def encoded(codes, codes_test, y, parts):
    """The mean of the target over each level, out of fold, drawn to the overall mean."""
    goals = y if NUMBER else (y == np.bincount(y).argmax()).astype(float)

    def means(inside, wanted):
        seen = pd.DataFrame({"c": codes[inside], "g": goals[inside]}).groupby("c")["g"].agg(["sum", "size"])
        found = (seen["sum"] + 15 * goals[inside].mean()) / (seen["size"] + 15)
        return pd.Series(wanted).map(found).fillna(goals[inside].mean()).to_numpy()

    own = np.zeros(len(y))
    for inside, outside in parts:
        own[outside] = means(inside, codes[outside])
    return own, means(np.arange(len(y)), codes_test)


def boosted(x, y, x_test, parts, loss):
    """LightGBM and CatBoost over five folds each, averaged."""
    found = []
    for at, (inside, outside) in enumerate(parts):
        kind = LGBMRegressor if NUMBER else LGBMClassifier
        usual = dict(learning_rate=0.03, num_leaves=24, colsample_bytree=0.5, subsample=0.8, subsample_freq=1, reg_lambda=3)
        goal = {"objective": "l1"} if loss == "mae" and NUMBER else {}
        light = kind(n_estimators=2500, min_child_samples=15, random_state=SEED + at, n_jobs=2, verbosity=-1, **usual, **goal)
        from lightgbm import early_stopping

        held = [(x.iloc[outside], y[outside])]
        light.fit(x.iloc[inside], y[inside], eval_set=held, callbacks=[early_stopping(80, verbose=False)])
        cats = [c for c in x.columns if str(x[c].dtype) == "category"]
        kind = CatBoostRegressor if NUMBER else CatBoostClassifier
        goal = {"loss_function": "MAE"} if loss == "mae" and NUMBER else {}
        cat = kind(iterations=1500, learning_rate=0.05, depth=6, early_stopping_rounds=60, verbose=0, thread_count=2,
                   random_seed=SEED + at, allow_writing_files=False, max_ctr_complexity=1, cat_features=cats, **goal)  # fmt: skip
        text = [f.astype({c: str for c in cats}) for f in (x.iloc[inside], x.iloc[outside], x_test)]
        cat.fit(text[0], y[inside], eval_set=(text[1], y[outside]))
        found += [shares(light, x_test), shares(cat, text[2])]
    return np.mean(found, axis=0)


def plain(train, test):
    """Numbers and words out of the messy texts, parts of the date, parts of the map, means over depots, then boosting."""
    y, _ = answers_of(train)
    parts = list(KFold(5, shuffle=True, random_state=SEED).split(y))
    frames = []
    for t in (train, test):
        x = t.filter(like="reading").copy()
        x["grade"] = t["grade"].astype(pd.CategoricalDtype(sorted(train["grade"].unique())))
        days = pd.to_datetime(t["seen_on"])
        x["day"], x["season"] = (days - pd.Timestamp("2019-01-01")).dt.days, days.dt.dayofyear
        x["longitude"], x["latitude"] = t["longitude"], t["latitude"]
        x["extent"] = t["extent"].str.extract(r"(\d+(?:\.\d+)?)")[0].astype(float)
        for place, name in ((r"^(.*?) (?:Mill|High|Church|Station|Park|Queen|Harbor|Elm)", "maker"), (r"(\S+ \S+) \d+$", "street")):
            kinds = sorted(train["label"].str.extract(place)[0].dropna().unique())
            x[name] = t["label"].str.extract(place)[0].astype(pd.CategoricalDtype(kinds))
        frames.append(x)
    near = KMeans(12, n_init=3, random_state=SEED).fit(train[["longitude", "latitude"]])
    for x, t in zip(frames, (train, test)):
        far = near.transform(t[["longitude", "latitude"]])
        for at in range(far.shape[1]):
            x[f"from {at}"] = far[:, at]
    levels = {name: code for code, name in enumerate(sorted(train["depot"].unique()))}
    codes = [t["depot"].map(levels).fillna(-1).astype(int).to_numpy() for t in (train, test)]
    frames[0]["depot"], frames[1]["depot"] = encoded(*codes, y, parts)
    logs = NUMBER and TASK["metric"]["name"] == "mae" and pd.Series(y).skew() > 1.5
    found = boosted(frames[0], np.log1p(y) if logs else y, frames[1], parts, TASK["metric"]["name"])
    return np.expm1(found) if logs else found


def texts(train, test):
    """Words, pairs and letter groups into logistic regressions, and the log-count ratios of naive Bayes."""
    y, names = answers_of(train)
    both = [t["message"].fillna("") for t in (train, test)]
    word = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\b\w+\b|!")
    letter = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
    x = sparse.hstack([word.fit_transform(both[0]), letter.fit_transform(both[0])]).tocsr()
    x_test = sparse.hstack([word.transform(both[1]), letter.transform(both[1])]).tocsr()
    inside, outside = next(KFold(5, shuffle=True, random_state=SEED).split(y))
    fits = {c: LogisticRegression(C=c, max_iter=200).fit(x[inside], y[inside]) for c in (0.5, 1, 2, 4, 8, 16)}
    loss = {c: -np.log(np.clip(m.predict_proba(x[outside])[np.arange(len(outside)), y[outside]], 1e-9, 1)).mean() for c, m in fits.items()}
    linear = shares(LogisticRegression(C=min(loss, key=loss.get), max_iter=300).fit(x, y), x_test)
    counts = TfidfVectorizer(ngram_range=(1, 2), min_df=2, binary=True, use_idf=False, norm=None, token_pattern=r"\b\w+\b|!")
    b, b_test, found = counts.fit_transform(both[0]), counts.transform(both[1]), []
    for c in range(len(names)):
        p, q = [np.asarray(b[part].sum(axis=0)).ravel() + 1 for part in (y == c, y != c)]
        ratio = np.log(p / p.sum()) - np.log(q / q.sum())
        model = LogisticRegression(C=0.1, max_iter=200).fit(b.multiply(ratio).tocsr(), y == c)
        found.append(model.predict_proba(b_test.multiply(ratio).tocsr())[:, 1])
    bayes = np.column_stack(found) / np.sum(found, axis=0)[:, None]
    return 0.6 * linear + 0.4 * (bayes[:, 1] if len(names) == 2 else bayes)


def effects(x, y, strength):
    """Ridge regression on the levels, which draws effects of few rows to nothing."""
    return Ridge(alpha=strength, solver="sparse_cg").fit(x, y)


def ratings(train, test):
    """Effects of users, items and of users with kinds, then a factorization of what is left."""
    y, _ = answers_of(train)
    both = pd.concat([train, test], ignore_index=True)
    both["taste"] = both["user"] + both["kind"]
    size, blocks = len(train), []
    for name in ("user", "item", "kind", "taste"):
        codes = both[name].astype("category").cat.codes.to_numpy()
        blocks.append(sparse.csr_matrix((np.ones(len(both)), (np.arange(len(both)), codes))))
    x = sparse.hstack(blocks).tocsr()
    inside, outside = next(KFold(5, shuffle=True, random_state=SEED).split(y))
    tries = {s: np.mean((effects(x[inside], y[inside], s).predict(x[outside]) - y[outside]) ** 2) for s in (1, 2, 4, 8, 16)}
    model = effects(x[:size], y, min(tries, key=tries.get))
    rest, base = y - model.predict(x[:size]), model.predict(x[size:])
    codes = [both[name].astype("category").cat.codes.to_numpy() for name in ("user", "item")]

    def factors(rows, target, drawn, turns=12, width=4):
        rng = np.random.default_rng(SEED)
        sides = [rng.normal(0, 0.1, (c.max() + 1, width)) for c in codes]
        for turn in range(2 * turns):
            own, other = turn % 2, 1 - turn % 2
            for level, places in pd.Series(np.arange(len(rows))).groupby(codes[own][rows]).indices.items():
                q = sides[other][codes[other][rows[places]]]
                sides[own][level] = np.linalg.solve(q.T @ q + drawn * np.eye(width), q.T @ target[places])
        return lambda wanted: (sides[0][codes[0][wanted]] * sides[1][codes[1][wanted]]).sum(axis=1)

    drawns = (4, 8, 16, 40)
    errors = {d: np.mean((factors(inside, rest[inside], d)(outside) - rest[outside]) ** 2) for d in drawns}
    errors[None] = np.mean(rest[outside] ** 2)
    best = min(errors, key=errors.get)
    later = np.arange(size, len(both))
    found = base if best is None else base + factors(np.arange(size), rest, best)(later)
    return np.clip(found, y.min(), y.max())


def panel(train, test):
    """Log-log effects of own and rival prices and of promotions, shop, product and season, then boosting on what is left."""
    both, size = pd.concat([train, test], ignore_index=True), len(train)
    dated = both["week"].dtype == object
    week = ((pd.to_datetime(both["week"]) - pd.Timestamp("2018-01-01")).dt.days // 7 if dated else both["week"]).to_numpy()
    pair = both["shop"] + both["product"]
    price = np.log(both["price"])
    own = price - price.groupby(pair).transform("median")
    frame = pd.DataFrame({"own": own, "promo": both["on_promotion"].astype(float), "display": both["display"].astype(float)})
    sums = own.groupby([both["shop"], both["category"], week]).transform("sum")
    sizes = own.groupby([both["shop"], both["category"], week]).transform("size")
    frame["rivals"] = (sums - own) / np.maximum(sizes - 1, 1)
    frame["before"] = frame["promo"].groupby(pair).shift(1).fillna(0)
    waves = {f"{f.__name__} {k}": f(2 * np.pi * k * week / 52.18) for k in (1, 2) for f in (np.sin, np.cos)}
    frame = frame.assign(**waves)
    z = np.log1p(train["target"].to_numpy(float))
    codes = {c: v.astype("category").cat.codes.to_numpy(np.int64) for c, v in (("shop", both["shop"]), ("product", both["product"]), ("pair", pair))}
    quarter = {c: pd.factorize(v * 1000 + week // 13)[0] for c, v in codes.items()}

    def hot(code, weight):
        return sparse.csr_matrix((np.full(len(code), weight), (np.arange(len(code)), code)))

    effects_x = [sparse.csr_matrix(frame.to_numpy(float))]
    for c, weight in (("product", 0.7), ("pair", 0.3)):
        effects_x += [hot(codes[c], weight).multiply(frame[[f]].to_numpy(float)).tocsr() for f in frame.columns]
    effects_x = sparse.hstack(effects_x).tocsr()
    levels = sparse.hstack([hot(c, 1.0) for c in codes.values()] + [hot(c, 0.5) for c in quarter.values()]).tocsr()
    model = Ridge(alpha=2.0, solver="sparse_cg").fit(sparse.hstack([effects_x, levels])[:size], z)
    effect = effects_x @ model.coef_[: effects_x.shape[1]]
    rest = z - effect[:size]
    asked = int(week[size:].max() - week[:size].max())

    def history(rows, origin):
        seen = np.flatnonzero(week[:size] <= origin)
        x = pd.DataFrame({"ahead": week[rows] - origin, "shop": codes["shop"][rows], "product": codes["product"][rows]})
        for half in (2, 6, 20):
            weight, base = 0.5 ** ((origin - week[seen]) / half), np.zeros(len(rows))
            left = rest[seen].copy()
            for code in ({"all": np.zeros(len(both), int)} | codes).values():
                mean = np.bincount(code[seen], weight * left, code.max() + 1) / (np.bincount(code[seen], weight, code.max() + 1) + (1.0 if code.any() else 0))
                left, base = left - mean[code[seen]], base + mean[code[rows]]
            x[f"level {half}"] = base
        parts = pd.concat([x, frame.iloc[rows].reset_index(drop=True)], axis=1)
        return parts.assign(**{f"less {h}": parts[f"level {h}"] - parts["level 6"] for h in (2, 20)}), parts["level 6"].to_numpy()

    made, goals = [], []
    for origin in range(int(week[:size].max()) - asked, max(int(week.max() * 0.3), 12), -asked):
        rows = np.flatnonzero((week[:size] > origin) & (week[:size] <= origin + asked))
        if len(rows):
            x, level = history(rows, origin)
            made.append(x)
            goals.append(rest[rows] - level)
    later, level = history(np.arange(size, len(both)), int(week[:size].max()))
    gaps = [LGBMRegressor(n_estimators=250, learning_rate=0.03, num_leaves=12, min_child_samples=30, reg_lambda=5, colsample_bytree=0.6,
                          subsample=0.7, subsample_freq=1, random_state=SEED + n, n_jobs=1, verbosity=-1).fit(pd.concat(made).drop(columns="level 2"), np.concatenate(goals))
            .predict(later.drop(columns="level 2")) for n in range(3)]  # fmt: skip
    logs = level + effect[size:] + 0.5 * np.mean(gaps, axis=0)
    return np.maximum(np.expm1(logs), 0)


if __name__ == "__main__":
    kind = TASK["id"].split("-")[1]
    recipe = {"plain": plain, "texts": texts, "ratings": ratings, "panel": panel}[kind]
    shown = recipe(table("train"), table("test"))
    sample = table("sample_submission")
    write(TASK, sample, shown, sys.argv[2])
