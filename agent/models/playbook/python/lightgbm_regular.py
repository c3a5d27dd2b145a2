LIGHTGBM.update(num_leaves=7, min_child_samples=60, reg_lambda=15.0, colsample_bytree=0.4)
