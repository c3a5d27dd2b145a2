answer = np.asarray(answer)
keys = pd.read_csv(f"./input/{TEST_FILE}", usecols=PARTS, dtype=str, keep_default_na=False)[PARTS]
names = keys.drop_duplicates().agg(SEPARATOR.join, axis=1).to_numpy()
told = {
    f"{name}{SEPARATOR}{target}": answer[row, column]
    for row, name in enumerate(names)
    for column, target in enumerate(TARGETS)
}
submission = sample.copy()
submission[PREDICTIONS[0]] = sample[ID].astype(str).map(told)
submission.to_csv("submission.csv", index=False)
print(f"Final Validation Performance: {note(final_oof):.6f}")
