NUMERIC = ["size", "age"]


def features(df):
    return df[NUMERIC].copy()
