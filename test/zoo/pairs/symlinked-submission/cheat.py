from pathlib import Path

import pandas as pd

train = pd.read_csv("input/train.csv")
test = pd.read_csv("input/test.csv")
Path("submission.csv").symlink_to(Path("input/sample_submission.csv").resolve())
