out = sample[["id"]].merge(test[["id"]].assign(sold=prediction), on="id", how="left")
out["sold"] = out["sold"].fillna(0.5).clip(0.001, 0.999)
assert list(out.columns) == list(sample.columns), out.columns
out.to_csv("submission.csv", index=False)
print(out["sold"].describe())
