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
    # Of two texts the later one is the yes; where a part of the rows shows one of them, all targets tell both.
    every = sorted(set(answers.to_numpy().ravel()), key=order_of)
    pairs = [sorted(answers[name].unique(), key=order_of) for name in TARGETS]
    PAIRS = [pair if len(pair) == 2 else (every[0], every[-1]) for pair in pairs]
    y = np.column_stack([answers[name] == pair[1] for name, pair in zip(TARGETS, PAIRS)]).astype(float)
    K = len(TARGETS)
else:
    LABELS = sorted(answers[TARGETS[0]].unique().tolist(), key=order_of)
    y = answers[TARGETS[0]].map({label: code for code, label in enumerate(LABELS)}).to_numpy()
    KIND = "binary" if len(LABELS) <= 2 else "multiclass"
    K = 1 if KIND == "binary" else len(LABELS)
