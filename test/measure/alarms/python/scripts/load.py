import numpy as np
import pandas as pd

train = pd.read_csv("./input/train.csv")
test = pd.read_csv("./input/test.csv")
submission = pd.read_csv("./input/sample_submission.csv")
y = train["target"]
is_number = TASK["kind"] in ("regression", "counts", "skewed", "outliers")
features = [c for c in test.columns if c not in ("id", "target", TASK["group"], TASK["time"]) and c in train]
numeric = [c for c in features if pd.api.types.is_numeric_dtype(train[c])]
named = [c for c in features if c not in numeric]
texts = [c for c in named if train[c].nunique() > 0.5 * len(train)]
codes = [c for c in named if c not in texts]
labels = np.sort(y.unique())
target = np.log1p(y) if TASK["metric"] in ("rmsle", "mape") else y
if not is_number:
    target = pd.Series(np.searchsorted(labels, y), index=y.index)


def table(frame):
    # Numbers as they are, codes as columns of 0 and 1.
    plain = frame[numeric].fillna(train[numeric].median())
    own = [(frame[c] == v).astype(float).rename(f"{c}={v}") for c in codes for v in train[c].value_counts().index[:30]]
    found = pd.concat([plain, *own], axis=1).to_numpy(dtype=float)
    return found if found.shape[1] else np.zeros((len(frame), 1))


x, x_test = table(train), table(test)
spread = np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
z, z_test = (x - x.mean(axis=0)) / spread, (x_test - x.mean(axis=0)) / spread


def fitted(regressor, classifier, own=None, own_test=None):
    # Numbers, or a column of chances for each class.
    a, b = (x if own is None else own), (x_test if own_test is None else own_test)
    if is_number:
        return regressor.fit(a, target).predict(b)
    return classifier.fit(a, target).predict_proba(b)
