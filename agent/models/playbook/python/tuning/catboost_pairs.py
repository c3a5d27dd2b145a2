CATBOOST.update(max_ctr_complexity=2, one_hot_max_size=2)
