# include: series/lag_forecast.py


def lag_boosting(target):
    z, back = log_scale(target)
    values = np.r_[z, np.zeros(len(test))]
    days, keys = np.r_[series_days(train), series_days(test)], series_names()
    context = season_columns(pd.concat([X, X_test], ignore_index=True))
    oof, began, until = np.full((len(train), 1), np.nan), time.time(), time.time() + share_of_time()
    rows, later = np.arange(len(train)), np.arange(len(train), len(train) + len(test))
    forecast = back(lag_forecast(days, keys, context, values, rows, later, SEED))[:, None]
    # The latest folds first: they are most like the forecast, and what that took says how many there is time for.
    for number, (inside, outside) in list(enumerate(folds))[::-1]:
        if number + 1 < len(folds) and time.time() + (time.time() - began) / (len(folds) - number) > until:
            break
        oof[outside, 0] = back(lag_forecast(days, keys, context, values, inside, outside, SEED + number))
    return oof, forecast


lag_pairs = [lag_boosting(y)] if y.ndim == 1 else [lag_boosting(y[:, t]) for t in range(y.shape[1])]
predictions["lag-boosting"] = tuple(np.hstack(parts) for parts in zip(*lag_pairs))
print(f"lag-boosting: {METRIC} {note(predictions['lag-boosting'][0]):.5f} out of fold")
