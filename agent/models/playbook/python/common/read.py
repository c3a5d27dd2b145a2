def read_table(name):
    # Only an empty cell is missing: words such as "None" or "NA" can be values. Ids and classes are texts: 011, TRUE.
    texts = [] if ID is None else [ID]
    if KIND != "regression" and TASK in ("binary", "multiclass", "multilabel", "other"):
        texts = texts + TARGETS
    types = {name: str for name in texts}
    return pd.read_csv(f"./input/{name}", keep_default_na=False, na_values=[""], low_memory=False, dtype=types)


train = read_table(TRAIN_FILE)
# The harness gives more seconds to what has more rows than a script of the search sees.
SECONDS = SECONDS * float(np.clip(len(train) / SEARCH_ROWS, 1.0, MAX_TIMES))
test = read_table(TEST_FILE)
sample = read_table(SAMPLE_FILE)
