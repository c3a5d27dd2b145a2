# include: series/panel_tools.py


# include: series/lag_forecast.py


def panel_lags(target):
    z, back = log_scale(target)
    z = np.r_[z, np.zeros(len(test))]
    made, _, series, days = PANEL
    shown = pd.concat([X, X_test], ignore_index=True)
    shown = shown.assign(**{f"{c} in panel": values for c, values in made.items()})
    context = season_columns(shown)
    oof, began, until = np.full((len(train), 1), np.nan), time.time(), time.time() + share_of_time()

    def forecast(inside, outside, seed):
        # History without what prices did, and what they do now on top.
        effect = forecast_panel(z, inside, outside)[0]
        return back(effect[outside] + lag_forecast(days, series, context, z - effect, inside, outside, seed))

    ahead = forecast(np.arange(len(train)), np.arange(len(train), len(z)), SEED)[:, None]
    for number, (inside, outside) in list(enumerate(folds))[::-1]:
        if number + 1 < len(folds) and time.time() + (time.time() - began) / (len(folds) - number) > until:
            break
        oof[outside, 0] = forecast(inside, outside, SEED + number)
    return oof, ahead


panel_lag_pairs = [panel_lags(y)] if y.ndim == 1 else [panel_lags(y[:, t]) for t in range(y.shape[1])]
predictions["panel-lags"] = tuple(np.hstack(parts) for parts in zip(*panel_lag_pairs))
print(f"panel-lags: {METRIC} {note(predictions['panel-lags'][0]):.5f} out of fold")
