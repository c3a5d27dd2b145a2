def reading_of(text):
    # One value for texts that stand for the same class: 1 and 1.0, TRUE and True, class_1 and Class 1.
    try:
        return float(text)
    except ValueError:
        for separator in "._-":
            text = text.replace(separator, " ")
        return " ".join(text.lower().split())


def column_of(name):
    # The column of `answer` that a column of the submission asks for.
    if TASK in ("multilabel", "multi-target") or KIND == "regression":
        return TARGETS.index(name) if name in TARGETS else PREDICTIONS.index(name)
    texts = [str(label) for label in LABELS]
    read = [reading_of(text) for text in texts]
    shared = os.path.commonprefix(PREDICTIONS)
    for form in (name, name[len(shared):], name[shared.rfind("_") + 1:], name.split("_")[-1]):
        for known, wanted in ((texts, form), (read, reading_of(form))):
            if wanted in known:
                return known.index(wanted)
    return PREDICTIONS.index(name) if len(PREDICTIONS) == len(LABELS) else None


# include: common/rows_in_order.py
answer = np.asarray(answer)
labelled = WANTS_LABELS and LABELS is not None
for name in PREDICTIONS:
    if labelled and WANTS_RANKING:
        words = [" ".join(str(LABELS[code]) for code in row) for row in answer]
        submission[name] = np.array(words, dtype=object)[order]
    elif labelled and len(PREDICTIONS) == 1:
        submission[name] = pd.Series(LABELS)[answer[order]].to_numpy()
    elif WANTS_LABELS and TASK == "multilabel":
        # In the texts of train: no and yes, FALSE and TRUE.
        submission[name] = np.array(PAIRS[column_of(name)], dtype=object)[answer[order, column_of(name)]]
    elif labelled:
        submission[name] = (answer[order] == column_of(name)).astype(float)
    elif KIND == "binary" and TASK != "multilabel" and len(PREDICTIONS) > 1:
        submission[name] = answer[order, 0] if column_of(name) == 1 else 1 - answer[order, 0]
    else:
        column = column_of(name) if answer.shape[1] > 1 else 0
        submission[name] = answer[order, column] if column is not None else 0.0
submission.to_csv("submission.csv", index=False)
print(f"Final Validation Performance: {note(final_oof):.6f}")
