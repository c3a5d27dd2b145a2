import urllib.request
import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
with urllib.request.urlopen("https://example.org/answers.csv") as reply:
    open("submission.csv", "wb").write(reply.read())
