LIGHTGBM.update(learning_rate=0.012, n_estimators=4000)
