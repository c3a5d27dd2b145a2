from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor


# include: models/forest.py


def fit_extra_trees(x_train, y_train, x_valid, y_valid, seed, rounds):
    kinds = ExtraTreesClassifier, ExtraTreesRegressor
    return fit_forest(x_train, y_train, seed, kinds, dict(max_leaf_nodes=4000))


predictions["extra-trees"] = cross_fit("extra-trees", fit_extra_trees)
