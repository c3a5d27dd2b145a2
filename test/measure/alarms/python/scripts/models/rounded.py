from sklearn.linear_model import LogisticRegression, Ridge

# The nearest answer that there was.
found = fitted(Ridge(), LogisticRegression(max_iter=300), z, z_test)
known = np.sort(target.unique())
if is_number:
    places = np.clip(np.searchsorted(known, found), 1, len(known) - 1)
    found = np.where(found - known[places - 1] < known[places] - found, known[places - 1], known[places])
else:
    found = np.eye(len(labels))[found.argmax(axis=1)]
