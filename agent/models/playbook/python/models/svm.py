from sklearn.svm import SVC, SVR


def fit_svm(x_train, y_train, x_valid, y_valid, seed, rounds):
    # Kernel machine on at most 6,000 rows: its cost grows with the square of the rows.
    rng = np.random.default_rng(seed)
    size = x_train.shape[0]
    some = np.sort(rng.choice(size, 6000, replace=False)) if size > 6000 else np.arange(size)
    x_some, y_some = x_train[some], y_train[some]
    if KIND == "regression":
        center, spread = y_some.mean(), y_some.std() + 1e-12
        model = SVR(C=2.0, epsilon=0.05).fit(x_some, (y_some - center) / spread)
        return lambda frame: wide(model.predict(frame) * spread + center), None
    model = SVC(C=1.0, random_state=seed).fit(x_some, y_some)
    classes = model.classes_

    def scores(frame):
        raw = model.decision_function(frame)
        return raw.reshape(len(raw), -1)

    from sklearn.linear_model import LogisticRegression

    # Distances to the border become probabilities on rows held out where there are some (Platt).
    fresh = x_valid is not None and set(np.unique(y_valid)) == set(classes)
    platt = LogisticRegression(C=1.0, max_iter=300)
    platt.fit(scores(x_valid if fresh else x_some), y_valid if fresh else y_some)
    return lambda frame: wide(platt.predict_proba(scores(frame)), platt.classes_), None


predictions["svm"] = cross_fit("svm", fit_svm, *one_hot())
