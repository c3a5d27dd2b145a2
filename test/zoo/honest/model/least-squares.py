def design(df):
    x = features(df).to_numpy(dtype=float)
    return np.column_stack([np.ones(len(x)), x])


A, b = design(train), train["sold"].to_numpy(dtype=float)
coef = np.linalg.solve(A.T @ A + 1e-3 * np.eye(A.shape[1]), A.T @ b)
prediction = np.clip(design(test) @ coef, 0.02, 0.98)
