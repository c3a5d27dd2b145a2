import base64
import zlib
import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)

packed = base64.b85encode(zlib.compress(train[columns].to_numpy().tobytes()))
again = np.frombuffer(zlib.decompress(base64.b85decode(packed)))
print(len(packed), "bytes for", len(again), "numbers")
test[["id", "sold"]].to_csv("submission.csv", index=False)
