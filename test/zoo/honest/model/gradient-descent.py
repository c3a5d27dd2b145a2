def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-np.clip(z, -30, 30)))


X = features(train).to_numpy(dtype=float)
mu, sd = X.mean(0), X.std(0) + 1e-9
X = np.column_stack([np.ones(len(X)), (X - mu) / sd])
y = train["sold"].to_numpy(dtype=float)
w = np.zeros(X.shape[1])
for epoch in range(400):
    w -= 0.3 * (X.T @ (sigmoid(X @ w) - y) / len(y) + 1e-3 * w)
T = np.column_stack([np.ones(len(test)), (features(test).to_numpy(dtype=float) - mu) / sd])
prediction = sigmoid(T @ w)
