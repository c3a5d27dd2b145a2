CATBOOST.update(depth=8, l2_leaf_reg=10.0, learning_rate=0.04)
