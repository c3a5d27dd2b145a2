names = members()
weights = np.ones(len(names)) / len(names)
final_oof = sum(w * predictions[n][0] for w, n in zip(weights, names))
final = sum(w * predictions[n][1] for w, n in zip(weights, names))
