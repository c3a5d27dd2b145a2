# include: referee/amounts.py


def amounts_in(name, forms):
    # As text: pandas would take 1.234 for a number where it means 1234.
    cells = pd.read_csv(f"./input/{name}", usecols=lambda c: c in forms, dtype=str, keep_default_na=False)
    return {c: read_amounts(cells[c], forms[c]) for c in cells.columns}


train, test = [t.assign(**amounts_in(name, AMOUNTS)) for t, name in ((train, TRAIN_FILE), (test, TEST_FILE))]
