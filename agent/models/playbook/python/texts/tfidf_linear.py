from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge


def text_columns():
    own = [c for c in TEXT if c in train.columns and c in test.columns]
    own = own or [c for c in CATEGORICAL if c in train.columns and c in test.columns]
    return own or [c for c in test.columns if c in train.columns and c != ID][:1]


def grams(budget=16_000_000):
    # Word pairs and letter groups, weighted by rarity; long texts are cut to hold time and memory.
    rows = len(train) + len(test)
    longest = max(200, budget // max(rows, 1))
    parts = []
    for name in text_columns():
        if parts and left() < SECONDS * 0.6:
            break
        texts = [t[name].fillna("").astype(str).str.slice(0, longest) for t in (train, test)]
        kinds = [dict(analyzer="word", ngram_range=(1, 2), max_features=80000, token_pattern=r"(?u)\b\w+\b|[!?$%]")]
        total = texts[0].str.len().sum() + texts[1].str.len().sum()
        short = max(100, 6_000_000 // max(rows, 1))
        kinds.append(dict(analyzer="char_wb", ngram_range=(3, 5 if total < 6e6 else 4), max_features=60000))
        for kind in kinds:
            least = 2 if len(train) < 20000 else 3
            vectors = TfidfVectorizer(sublinear_tf=True, min_df=least, strip_accents="unicode", dtype=np.float32, **kind)
            seen = texts if kind["analyzer"] == "word" else [t.str.slice(0, short) for t in texts]
            try:
                matrix = vectors.fit_transform(seen[0])
            except ValueError:  # nothing occurs twice
                continue
            parts.append((matrix, vectors.transform(seen[1])))
    return parts


def text_matrix():
    parts = grams()
    apart = tuple(f"{t} {part}" for t in TEXT for part in ("topic", "read"))
    numbers = [c for c in X.columns if c != "row" and not c.startswith(apart)]
    held = X[numbers], X_test[numbers]
    if numbers:
        rest = beside(*held)
        parts.append(rest)
    if not parts:
        parts = [(sparse.csr_matrix((len(train), 1)), sparse.csr_matrix((len(test), 1)))]
    return [sparse.hstack([p[side] for p in parts]).tocsr() for side in (0, 1)]


def beside(before, after):
    # The other columns, scaled to weigh about as much as the words.
    columns = []
    for c in before.columns:
        if isinstance(before[c].dtype, pd.CategoricalDtype):
            size = before[c].cat.categories.size
            if size <= 500:
                codes = [f[c].cat.codes.to_numpy() for f in (before, after)]
                columns.append([sparse.csr_matrix((code[:, None] == np.arange(size)) * 0.5) for code in codes])
            continue
        level, spread = before[c].median(), before[c].std()
        if spread > 0:
            both = [((f[c].fillna(level) - level) / spread).clip(-3, 3).to_numpy() * 0.2 for f in (before, after)]
            columns.append([sparse.csr_matrix(v[:, None]) for v in both])
    if not columns:
        return sparse.csr_matrix((len(before), 1)), sparse.csr_matrix((len(after), 1))
    return [sparse.hstack([c[side] for c in columns]).tocsr() for side in (0, 1)]


def linear_of(strength, seed):
    if KIND == "regression":
        return Ridge(alpha=4.0 / strength, solver="sparse_cg", max_iter=300)
    if KIND == "binary":
        return LogisticRegression(C=strength, solver="liblinear", random_state=seed)
    return LogisticRegression(C=strength, max_iter=60 if K > 5 else 120, tol=1e-3)


CHOSEN = []


def fit_tfidf(x_train, y_train, x_valid, y_valid, seed, rounds):
    # How strongly to penalise is settled on the first fold and kept.
    options = [CHOSEN[0]] if CHOSEN else [1.0, 4.0, 16.0, 64.0, 256.0]
    best, chosen, fitted = -np.inf, options[-1], None
    for strength in options:
        model = linear_of(strength, seed).fit(x_train, y_train)

        def predict(frame, model=model):
            if KIND == "regression":
                return wide(model.predict(frame))
            return wide(model.predict_proba(frame), model.classes_)

        worth = gain(y_valid, predict(x_valid)) if len(options) > 1 and x_valid is not None else np.inf
        if worth <= best:
            break
        best, chosen, fitted = worth, strength, predict
        if x_valid is None or left() < SECONDS * 0.4:
            break
    if not TRYING:
        CHOSEN[:] = CHOSEN or [chosen]
    return fitted, None


text_before, text_after = text_matrix()
predictions["tfidf-linear"] = cross_fit("tfidf-linear", fit_tfidf, text_before, text_after)
