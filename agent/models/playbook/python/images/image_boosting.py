from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor


def boosting_input():
    # The leading directions, the picture in four by four pixels a cell, and the other columns.
    both = []
    for frame, by_shape, by_shade, own in (
        (X, shapes, shades, pictures),
        (X_test, shapes_test, shades_test, pictures_test),
    ):
        step = max(1, own.shape[1] // 7)
        places = list(range(0, own.shape[1], step))
        small = np.add.reduceat(np.add.reduceat(own.mean(axis=3), places, axis=1), places, axis=2)
        rest = as_numbers(frame[[c for c in frame.columns if not c.startswith("picture s")]]).to_numpy()
        both.append(np.hstack([by_shape[:, :50], by_shade[:, :25], small.reshape(len(own), -1), rest]))
    return [b.astype(np.float32) for b in both]


def fit_images(x_train, y_train, x_valid, y_valid, seed, rounds):
    # The work grows with rows, columns and classes; the number of trees is set so that it stays bounded.
    trees = int(np.clip(6e8 / (len(x_train) * x_train.shape[1] * max(K, 1)), 30, 300))
    settings = dict(
        max_iter=trees,
        learning_rate=0.1 if trees > 100 else 0.2,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        l2_regularization=3.0,
        max_features=0.4,
        early_stopping=False,
        random_state=seed,
    )
    if KIND == "regression":
        model = HistGradientBoostingRegressor(**settings).fit(x_train, y_train)
        return lambda frame: wide(model.predict(frame)), None
    model = HistGradientBoostingClassifier(**settings).fit(x_train, y_train)
    return lambda frame: wide(model.predict_proba(frame), model.classes_), None


boost_before, boost_after = boosting_input()
predictions["image-boosting"] = cross_fit("image-boosting", fit_images, boost_before, boost_after)
