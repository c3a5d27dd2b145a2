XGBOOST.update(max_depth=8, min_child_weight=10, reg_lambda=10.0, colsample_bytree=0.4)
