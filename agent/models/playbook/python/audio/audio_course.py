# Six parts of each sound, in ten bands: what comes first and what last.
for frame, own in ((X, course), (X_test, course_test)):
    parts = own.reshape(len(own), 6, 2, 10, 2).mean(axis=(2, 4)).reshape(len(own), -1)
    for place in range(parts.shape[1]):
        frame[f"sound part {place // 10} band {place % 10}"] = parts[:, place].astype(float)
X, X_test = X.copy(), X_test.copy()
