def read_table(name):
    # Only an empty cell is missing: words such as "None" or "NA" can be values.
    return pd.read_csv(f"./input/{name}", keep_default_na=False, na_values=[""], low_memory=False)


train = read_table(TRAIN_FILE)
test = read_table(TEST_FILE)
sample = read_table(SAMPLE_FILE)
