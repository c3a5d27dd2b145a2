from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold


def texts_of(table, name, budget=15_000_000):
    # Texts as strings, cut so that all of them together stay within a budget of characters.
    longest = max(200, budget // max(len(train) + len(test), 1))
    return table[name].fillna("").astype(str).str.slice(0, longest)


def shape_of(text):
    # How a text looks, whatever it says.
    size = text.str.len().clip(lower=1)
    words = text.str.split()
    return {
        "capitals": text.str.count(r"[A-Z]") / size,
        "digits": text.str.count(r"[0-9]") / size,
        "punctuation": text.str.count(r"[^\w\s]") / size,
        "exclamations": text.str.count("!"),
        "questions": text.str.count(r"\?"),
        "lines": text.str.count("\n"),
        "links": text.str.count(r"https?:|www\."),
        "word length": size / words.str.len().clip(lower=1),
        "different words": words.map(lambda w: len(set(w)) / max(len(w), 1)),
    }


def topics_of(matrix, matrix_test):
    size = min(40, matrix.shape[1] - 1, matrix.shape[0] - 1)
    if size < 2:
        return None
    svd = TruncatedSVD(size, random_state=SEED, n_iter=4).fit(matrix)
    return svd.transform(matrix), svd.transform(matrix_test)


def linear_view(matrix, matrix_test, target):
    # What a linear model reads out of the words, out of fold over shuffled parts of its own.
    def fitted(rows):
        if KIND == "regression":
            return Ridge(alpha=2.0, solver="sparse_cg", max_iter=200).fit(matrix[rows], target[rows]).predict
        model = LogisticRegression(C=4.0, solver="liblinear", random_state=SEED)
        return lambda m: model.fit(matrix[rows], target[rows]).decision_function(m)

    out = np.zeros(matrix.shape[0])
    for inside, outside in KFold(4, shuffle=True, random_state=SEED).split(out):
        if len(np.unique(target[inside])) > 1:
            out[outside] = fitted(inside)(matrix[outside])
    return out, fitted(np.arange(len(out)))(matrix_test)


def text_targets():
    if KIND == "multiclass":
        return {str(c): (y == c).astype(int) for c in range(min(K, 8))}
    matrix = y.reshape(len(y), -1)
    return {str(t): matrix[:, t] for t in range(min(matrix.shape[1], 6))}


def cells_of_words(texts):
    # Whether all texts are put together from few words and from numbers: there are no topics, and the words are columns.
    used = texts.iloc[:5000].str.lower().str.findall(r"[^\W\d_]{2,}").explode().dropna().value_counts()
    return texts.str.len().mean() <= 60 and (used >= 2).sum() <= 100


def read_text(name):
    before, after = texts_of(train, name), texts_of(test, name)
    made, made_test = shape_of(before), shape_of(after)
    if cells_of_words(before):
        return [{f"{name} {c}": np.asarray(v, dtype=float) for c, v in m.items()} for m in (made, made_test)]
    words = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=30000, strip_accents="unicode")
    try:
        matrix = words.fit_transform(before).astype(np.float32)
    except ValueError:  # no word occurs twice
        matrix = None
    if matrix is not None:
        matrix_test = words.transform(after).astype(np.float32)
        topics = topics_of(matrix, matrix_test)
        for t in range(topics[0].shape[1] if topics else 0):
            made[f"topic {t}"], made_test[f"topic {t}"] = topics[0][:, t], topics[1][:, t]
        for label, target in text_targets().items():
            if min(len(target), np.sum(target != target[0])) >= 8:
                made[f"read {label}"], made_test[f"read {label}"] = linear_view(matrix, matrix_test, target)
    return [{f"{name} {c}": np.asarray(v, dtype=float) for c, v in m.items()} for m in (made, made_test)]


read = {}, {}
# Of many texts, as far as a quarter of the time reaches: models have to see the rest, too.
until = max(left() - SECONDS / 4, 0) if len(TEXT) > 5 else 0
for name in TEXT:
    if name in train.columns and name in test.columns and left() > until:
        for found, more in zip(read, read_text(name)):
            found.update(more)
X, X_test = put_beside(X, X_test, *read)
