# include: series/panel_tools.py


# include: series/lag_forecast.py


def panel_history(rest, rows, inside, origin, half, drawn):
    # Where levels stood when the forecast began, by memories of several lengths, and what is known of the rows ahead.
    made, keys, series, days = PANEL
    seen = inside[days[inside] <= origin]
    base = levels_ahead(rest[seen], seen, rows, origin, half, drawn)
    shown = {"ahead": days[rows] - origin, "rows": np.log1p(np.bincount(series[seen], minlength=series.max() + 1)[series[rows]])}
    for near in HALVES:
        shown[f"level {near}"] = levels_ahead(rest[seen], seen, rows, origin, near, drawn) - base
    for wide_by in (10.0, 30.0):
        # What the same weeks of the year before left, against the mean of its whole year.
        for label, codes in (("series", series), ("all", np.zeros(len(days), int))):
            year = np.full(len(rows), np.nan)
            for day in np.unique(days[rows]):
                near = seen[np.abs(days[seen] - day + 364.25) <= wide_by]
                now = days[rows] == day
                sizes = np.bincount(codes[near], minlength=codes.max() + 1)
                sums = np.bincount(codes[near], rest[near], codes.max() + 1)
                year[now] = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.nan)[codes[rows[now]]]
            shown[f"year before {label} {wide_by:.0f}"] = year - base
    shown.update({f"key {at}": codes[rows] for at, codes in enumerate(keys.values())})
    shown.update({f"driver {at}": values[rows] for at, values in enumerate(made.values())})
    shown["season"], shown["half season"] = (np.sin(2 * np.pi * days[rows] / 365.25), np.cos(2 * np.pi * days[rows] / 365.25))
    return pd.DataFrame(shown).set_axis([f"f{i}" for i in range(len(shown))], axis=1), base


def panel_gap(z, inside, outside, seed):
    # What a forecast from levels and effects leaves, learned from forecasts of the past as long as the real one. How much
    # of it counts is seen on the latest of them.
    days = PANEL[3]
    (depth, half, drawn), effect, found = forecast_panel(z, inside, outside)
    inside = inside[np.argsort(days[inside], kind="stable")][-80000:]
    end, begin = days[inside].max(), days[inside].min()
    reach = float(np.clip(days[outside].max() - end, (end - begin) / 40, (end - begin) / 4))
    rest, parts, origin = z - effect, [], end - reach
    while reach > 0 and origin > begin + 0.25 * (end - begin) and len(parts) < 24:
        rows = inside[(days[inside] > origin) & (days[inside] <= origin + reach)]
        if len(rows):
            shown, base = panel_history(rest, rows, inside, origin, half, drawn)
            parts.append((shown, rest[rows] - base))
        origin -= reach
    if sum(len(gap) for _, gap in parts) < 200 or len(parts) < 3:
        return found

    def learned(several, wanted):
        frames, gaps = zip(*several)
        return boosted(pd.concat(frames), np.concatenate(gaps), seed).predict(wanted)

    told, gap = learned(parts[1:], parts[0][0]), parts[0][1]
    errors = {part: np.mean(np.abs(gap - part * told) if ABSOLUTE else (gap - part * told) ** 2) for part in (0.0, 0.3, 0.6, 0.9)}
    ahead, _ = panel_history(rest, outside, inside, end, half, drawn)
    return found + min(errors, key=errors.get) * learned(parts, ahead)


def panel_lags(target):
    z, back = log_scale(target)
    z = np.r_[z, np.zeros(len(test))]
    oof, began, until = np.full((len(train), 1), np.nan), time.time(), time.time() + share_of_time()
    ahead = back(panel_gap(z, np.arange(len(train)), np.arange(len(train), len(z)), SEED))[:, None]
    for number, (inside, outside) in list(enumerate(folds))[::-1]:
        if number + 1 < len(folds) and time.time() + (time.time() - began) / (len(folds) - number) > until:
            break
        oof[outside, 0] = back(panel_gap(z, inside, outside, SEED + number))
    return oof, ahead


panel_lag_pairs = [panel_lags(y)] if y.ndim == 1 else [panel_lags(y[:, t]) for t in range(y.shape[1])]
predictions["panel-lags"] = tuple(np.hstack(parts) for parts in zip(*panel_lag_pairs))
print(f"panel-lags: {METRIC} {note(predictions['panel-lags'][0]):.5f} out of fold")
