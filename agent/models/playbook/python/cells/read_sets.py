def labels_in(cell):
    # A cell with several labels, in its order; words apart where blanks stand between them.
    parts = str(cell).split(LABEL_SEPARATOR.strip() or None)
    return [part.strip() for part in parts if part.strip()]


def frequent_labels(sets):
    # Each label is a model of its own: only so many as there is time for, the most frequent first.
    counts = pd.Series([label for labels in sets for label in labels], dtype=object).value_counts()
    most = int(np.clip(SECONDS * 20_000 / (len(train) + 500), 10, 100))
    return sorted(counts.index[: most])


# Answers that hold several labels become a column of yes and no for each label.
label_sets = [set(labels_in(cell)) for cell in train[TARGETS[0]].fillna("")]
LABEL_NAMES = PREDICTIONS if len(PREDICTIONS) > 1 else frequent_labels(label_sets)
marks = {f"has label {name}": [int(name in labels) for labels in label_sets] for name in LABEL_NAMES}
train = pd.concat([train, pd.DataFrame(marks, index=train.index)], axis=1)
TARGETS, TASK, KIND = list(marks), "multilabel", "binary"
