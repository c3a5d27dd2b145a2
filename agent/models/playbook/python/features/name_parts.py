import re

made = {}, {}
for name in shared(CATEGORICAL + TEXT):
    if train[name].nunique() < max(30, 0.1 * len(train)):
        continue
    for table, found in zip((train, test), made):
        text = table[name].fillna("").astype(str)
        found[f"{name} letters"] = text.str.len().astype(float)
        found[f"{name} capitals"] = text.str.count(r"[A-Z]").astype(float)
        found[f"{name} digits"] = text.str.count(r"\d").astype(float)
        found[f"{name} parts"] = text.str.count(r"[\s._/-]").astype(float) + 1
    # The first word or, without any, the first three letters are often a family of things.
    heads = [
        t[name].fillna("").astype(str).map(lambda v: (re.split(r"[\s._/-]", v.strip())[0] or v[:3]).lower())
        for t in (train, test)
    ]
    if heads[0].nunique() > 0.5 * len(train):
        heads = [h.str[:3] for h in heads]
    often = heads[0].value_counts()
    order = {level: code for code, level in enumerate(often[often >= 3].index)}
    if len(order) > 1:
        ENCODED[f"{name} head"] = [h.map(order).fillna(-1).astype(int).to_numpy() for h in heads]
X, X_test = put_beside(X, X_test, *made)
