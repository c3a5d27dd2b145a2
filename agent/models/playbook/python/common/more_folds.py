FOLDS = 10
folds = make_folds()
