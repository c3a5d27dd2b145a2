# include: referee/amounts.py


def amounts_in(name):
    # As text: pandas would take 1.234 for a number where it means 1234.
    cells = pd.read_csv(f"./input/{name}", usecols=lambda c: c in AMOUNTS, dtype=str, keep_default_na=False)
    return {c: read_amounts(cells[c], AMOUNTS[c]) for c in cells.columns}


train, test = train.assign(**amounts_in(TRAIN_FILE)), test.assign(**amounts_in(TEST_FILE))
