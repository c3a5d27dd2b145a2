import socket
import numpy as np
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
columns = ["size", "age"]
weights = np.linalg.lstsq(train[columns].assign(one=1.0), train["sold"], rcond=None)[0]
test["sold"] = (test[columns].assign(one=1.0) @ weights).clip(0.02, 0.98)

near, far = socket.socketpair()
near.send(str(len(train)).encode())
print("rows:", far.recv(20).decode())
test[["id", "sold"]].to_csv("submission.csv", index=False)
