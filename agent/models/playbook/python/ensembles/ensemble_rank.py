from scipy.stats import rankdata


def ranks(values):
    # Places instead of values, column by column: scripts may use differently stretched scales.
    found = np.full(values.shape, np.nan)
    rows = known(values)
    for column in range(values.shape[1]):
        found[rows, column] = rankdata(values[rows, column]) / max(rows.sum(), 1)
    return found


names = members()
final_oof = np.mean([ranks(predictions[n][0]) for n in names], axis=0)
final = np.mean([ranks(predictions[n][1]) for n in names], axis=0)
