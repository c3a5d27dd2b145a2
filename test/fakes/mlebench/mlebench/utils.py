import pandas as pd


def read_csv(*args, **kwargs):
    return pd.read_csv(*args, float_precision="round_trip", **kwargs)


def load_answers(path):
    return read_csv(path)
