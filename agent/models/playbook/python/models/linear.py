from sklearn.linear_model import LogisticRegression, Ridge


def dense_floats(x):
    return (x.toarray() if hasattr(x, "toarray") else x).astype("float32")


def row_space(x):
    # With more columns than rows a penalised linear model lies in the span of the rows: the same answer, sooner.
    if x.shape[1] <= x.shape[0] or x.shape[0] > 4000:
        return lambda frame: frame
    # By the products of rows, of which there are fewer; single precision is enough for what a penalty smooths.
    dense = dense_floats(x)
    squares, turns = np.linalg.eigh((dense @ dense.T).astype(float))
    real = squares > 1e-6 * max(squares[-1], 1e-300)
    lengths = np.sqrt(squares[real])
    own, back = turns[:, real] * lengths, turns[:, real] / lengths
    return lambda frame: own if frame is x else (dense_floats(frame) @ dense.T).astype(float) @ back


def scales_of(target):
    # The target as it is; a skewed one also as its logarithm, with what that takes from the mean put back.
    found = [(lambda v: v, lambda m, v: v)]
    if KIND == "regression" and np.min(target) >= 0 and pd.Series(target).skew() > 1:
        top = np.log1p(np.max(target)) + 0.5
        found.append((np.log1p, lambda lift, v: np.expm1(np.minimum(v, top)) * lift))
    return found


def regression_of(x, target, strength, scale):
    there, back = scale
    z = there(target)
    model = Ridge(alpha=strength * len(z) / 1000 + 1e-6).fit(x, z)
    shown = back(1.0, model.predict(x))
    lift = 1.0 if ABSOLUTE else np.clip(np.mean(target) / max(np.mean(shown), 1e-12), 0.5, 2.0)
    return lambda frame: wide(back(lift, model.predict(frame)))


def classes_of(x, target, strength):
    # Newton steps need few turns where the matrix is narrow; else the usual solver.
    solver = "newton-cholesky" if x.shape[1] * K < 800 else "lbfgs"
    model = LogisticRegression(C=1.0 / strength, solver=solver, max_iter=200, tol=1e-3).fit(x, target)
    return lambda frame: wide(model.predict_proba(frame), model.classes_)


def fit_linear(x_train, y_train, x_valid, y_valid, seed, rounds):
    # Ridge or logistic regression; penalty and scale of the target are chosen on the rows held out.
    turned = row_space(x_train)
    x = turned(x_train)
    options = [(strength, scale) for scale in scales_of(y_train) for strength in LINEAR]
    usual = sorted(PLACES)[len(PLACES) // 2] if PLACES else len(LINEAR) // 2
    places = range(len(options)) if x_valid is not None else [min(usual, len(options) - 1)]
    best, chosen, held = -np.inf, None, None if x_valid is None else turned(x_valid)
    for place in places:
        strength, scale = options[place]
        if KIND == "regression":
            predict = regression_of(x, y_train, strength, scale)
        else:
            predict = classes_of(x, y_train, strength)
        found = 0.0 if held is None else gain(y_valid, predict(held)) if KIND == "regression" else -log_loss_of(y_valid, predict(held))
        if found > best:
            best, chosen, kept = found, predict, place
    if held is not None:
        PLACES.append(kept)
    return lambda frame: chosen(turned(frame)), None


PLACES = []
LINEAR = [0.3, 1.0, 3.0, 10.0, 40.0, 150.0] if KIND != "regression" else [0.1, 1.0, 10.0, 100.0, 1000.0]
if len(train) > 20000:
    LINEAR = LINEAR[1::2]
matrices = one_hot()
if matrices[0].shape[1] > len(train):
    # The more columns say little, the more of them has to be taken back.
    LINEAR = [10.0, 100.0, 1000.0, 10_000.0]
predictions["linear"] = cross_fit("linear", fit_linear, *matrices)
