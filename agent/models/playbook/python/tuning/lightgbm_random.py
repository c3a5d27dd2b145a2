LIGHTGBM.update(extra_trees=True, num_leaves=63, colsample_bytree=0.8)
