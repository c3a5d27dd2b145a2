# include: features/log_odds.py


names = members()
if KIND == "regression":
    final_oof, final = [np.median([predictions[n][i] for n in names], axis=0) for i in (0, 1)]
else:
    # Mean of the log-odds: an average that a confident script moves further.
    final_oof, final = [shares(np.mean([log_odds(predictions[n][i]) for n in names], axis=0)) for i in (0, 1)]
