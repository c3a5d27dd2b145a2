# Zero-shot: houses that are large and new are sold, by common sense; nothing is learned.
def rule(row):
    score = 0.0
    if row["size"] > 0.5:
        score += 1.5
    if row["size"] > 0.8:
        score += 0.8
    if row["age"] < 0.4:
        score += 1.2
    elif row["age"] > 0.75:
        score -= 1.2
    return 1 / (1 + np.exp(-(score - 1.2)))


frame = features(test)
prediction = frame.assign(size=test["size"], age=test["age"]).apply(rule, axis=1).to_numpy()
