import lightgbm as lgb


# include: audio/audio_columns.py


def fit_sounds(x_train, y_train, x_valid, y_valid, seed, rounds):
    # Few leaves and few columns a tree; the work grows with rows, columns and classes and stays bounded.
    size = len(x_train)
    trees = int(np.clip(1.2e9 / (size * x_train.shape[1] * max(K, 1)), 40, 400))
    settings = dict(
        n_estimators=trees,
        learning_rate=0.05 if trees > 200 else 0.1,
        num_leaves=7 if size < 1000 else 15,
        min_child_samples=max(3, min(30, size // 50)),
        colsample_bytree=0.4 if KIND == "regression" else 0.15,
        subsample=0.8,
        subsample_freq=1,
        reg_lambda=3.0,
        max_bin=63,
        n_jobs=THREADS,
        random_state=seed,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )
    if KIND == "regression":
        model = lgb.LGBMRegressor(**settings).fit(x_train, y_train)
        return lambda frame: wide(model.predict(frame)), None
    model = lgb.LGBMClassifier(**settings).fit(x_train, y_train)
    return lambda frame: wide(model.predict_proba(frame), model.classes_), None


boost_before, boost_after = sound_columns()
predictions["audio-boosting"] = cross_fit("audio-boosting", fit_sounds, boost_before, boost_after)
