LIGHTGBM.update(num_leaves=63, min_child_samples=10, reg_lambda=8.0, colsample_bytree=0.4)
