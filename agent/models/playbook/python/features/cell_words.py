def usual_words(cells, most):
    # Words that stand in some of the cells and not in nearly all of them, the most frequent first.
    words = cells.str.lower().str.findall(r"[^\W\d_]{2,}")
    seen = words.map(lambda found: list(dict.fromkeys(found))).explode().dropna().value_counts()
    return list(seen[(seen >= max(5, 0.005 * len(cells))) & (seen <= 0.95 * len(cells))].index[:most])


def read_cells(name):
    # Numbers that stand in the cells, how often a cell and its form occur, and which of the usual words it has.
    both = [t[name].fillna("").astype(str) for t in (train, test)]
    made = {}, {}
    for place in (0, 1):
        found = [cells.str.findall(r"(?<![\w.])-?\d+(?:[.,]\d+)?").str.get(place) for cells in both]
        if found[0].notna().mean() > 0.1:
            for side in (0, 1):
                values = pd.to_numeric(found[side].str.replace(",", ".", regex=False), errors="coerce")
                made[side][f"{name} number {place + 1}"] = values.astype(float)
    forms = [cells.str.replace(r"\d+", "0", regex=True).str.lower() for cells in both]
    often = forms[0].value_counts()
    order = {form: code for code, form in enumerate(often[often >= 5].index)}
    if 1 < len(order) <= 0.2 * len(train):
        ENCODED[f"{name} form"] = [f.map(order).fillna(-1).astype(int).to_numpy() for f in forms]
    words = usual_words(both[0], 30)
    for side in (0, 1):
        counts = forms[side].map(often).fillna(0.0).astype(float)
        made[side][f"{name} form count"] = np.log1p(counts)
        lower = both[side].str.lower().str.findall(r"[^\W\d_]{2,}").map(set)
        for word in words:
            made[side][f"{name} has {word}"] = lower.map(lambda found, word=word: word in found).astype(float)
    return made


read = {}, {}
for name in shared(CATEGORICAL + TEXT):
    cells = train[name].dropna().astype(str)
    # Sentences are for a model of words; cells of a word or two, or of a number with its unit, are taken apart.
    if len(cells) and cells.nunique() > 30 and cells.str.len().mean() <= 60 and cells.str.contains(r"\W").mean() > 0.3:
        for found, more in zip(read, read_cells(name)):
            found.update(more)
X, X_test = put_beside(X, X_test, *read)
