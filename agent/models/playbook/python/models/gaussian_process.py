from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel


def fit_gaussian_process(x_train, y_train, x_valid, y_valid, seed, rounds):
    # A smooth surface with noise, for few rows (at most 1,200 are used: its cost grows with their cube).
    rng = np.random.default_rng(seed)
    limit = 1200 if KIND == "regression" else 500
    size = x_train.shape[0]
    some = np.sort(rng.choice(size, limit, replace=False)) if size > limit else np.arange(size)
    dense = [np.asarray(v.todense()) if hasattr(v, "todense") else v for v in (x_train[some],)][0]
    width = np.sqrt(dense.shape[1])

    def plain(frame):
        return np.asarray(frame.todense()) if hasattr(frame, "todense") else frame

    if KIND == "regression":
        kernel = ConstantKernel(1.0) * RBF(width) + WhiteKernel(0.3)
        model = GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)
        model.fit(dense, y_train[some])
        return lambda frame: wide(model.predict(plain(frame))), None
    model = GaussianProcessClassifier(ConstantKernel(1.0) * RBF(width), random_state=seed, max_iter_predict=30)
    model.fit(dense, y_train[some])
    return lambda frame: wide(model.predict_proba(plain(frame)), model.classes_), None


with warnings.catch_warnings():
    # A length scale at the end of its range is harmless.
    warnings.simplefilter("ignore")
    predictions["gaussian-process"] = cross_fit("gaussian-process", fit_gaussian_process, *one_hot())
