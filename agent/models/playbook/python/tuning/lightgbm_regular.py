LIGHTGBM.update(num_leaves=7, min_child_samples=max(8, min(60, len(train) // 40)), reg_lambda=15.0, colsample_bytree=0.4)
