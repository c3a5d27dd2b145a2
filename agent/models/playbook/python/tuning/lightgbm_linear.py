LIGHTGBM.update(linear_tree=True, linear_lambda=1.0, num_leaves=7)
