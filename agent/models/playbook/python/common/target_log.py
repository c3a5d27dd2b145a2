if KIND == "regression" and np.min(y) > -1:
    y = np.log1p(y)
    CEILING = np.max(y) + 1.0

    def inverse(values):
        return np.expm1(np.minimum(values, CEILING))
