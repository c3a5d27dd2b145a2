# include: features/log_odds.py


if KIND != "regression" and known(final_oof).sum() >= 200:
    # One factor on the log-odds, found out of fold, takes back over- or underconfidence.
    rows = known(final_oof)
    factors = np.linspace(0.7, 1.3, 61)
    losses = [log_loss_of(y[rows], shares(f * log_odds(final_oof[rows]))) for f in factors]
    factor = factors[int(np.argmin(losses))]
    final_oof, final = shares(factor * log_odds(final_oof)), shares(factor * log_odds(final))
