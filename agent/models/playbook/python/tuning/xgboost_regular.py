XGBOOST.update(max_depth=3, min_child_weight=10, reg_lambda=15.0, colsample_bytree=0.4)
