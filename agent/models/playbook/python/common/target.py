answers = train[TARGETS].reset_index(drop=True)
keep = answers.notna().all(axis=1).to_numpy()
if keep.any() and not keep.all():
    train = train[keep].reset_index(drop=True)
    answers = answers[keep].reset_index(drop=True)
LABELS = None


def inverse(values):
    return values


def order_of(label):
    try:
        return (0, float(label), str(label))
    except ValueError:
        return (1, 0.0, str(label))


numbers = answers.apply(pd.to_numeric, errors="coerce")
if KIND == "regression":
    y = numbers.fillna(numbers.median()).fillna(0.0).to_numpy(dtype=float)
    y = y[:, 0] if y.shape[1] == 1 else y
    K = len(TARGETS)
elif TASK == "multilabel":
    flags = answers.astype(str).apply(lambda c: c.str.lower().isin(["1", "1.0", "true", "yes"]))
    y = numbers.fillna(flags.astype(float)).to_numpy(dtype=float)
    K = len(TARGETS)
else:
    LABELS = sorted(answers[TARGETS[0]].unique().tolist(), key=order_of)
    y = answers[TARGETS[0]].map({label: code for code, label in enumerate(LABELS)}).to_numpy()
    KIND = "binary" if len(LABELS) <= 2 else "multiclass"
    K = 1 if KIND == "binary" else len(LABELS)
