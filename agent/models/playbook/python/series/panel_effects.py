# include: series/panel_tools.py


def panel_effects(target):
    z, back = log_scale(target)
    size, oof, began = len(train), np.full((len(train), 1), np.nan), time.time()
    z = np.r_[z, np.zeros(len(test))]
    until, later = began + share_of_time(), np.arange(size, len(z))
    forecast = back(forecast_panel(z, np.arange(size), later)[-1])[:, None]
    for number, (inside, outside) in enumerate(folds[::-1]):
        if number and time.time() + (time.time() - began) / (number + 1) > until:
            break
        oof[outside, 0] = back(forecast_panel(z, inside, outside)[-1])
    return oof, forecast


pairs = [panel_effects(y)] if y.ndim == 1 else [panel_effects(y[:, t]) for t in range(y.shape[1])]
predictions["panel-effects"] = tuple(np.hstack(parts) for parts in zip(*pairs))
print(f"panel-effects: {METRIC} {note(predictions['panel-effects'][0]):.5f} out of fold")
