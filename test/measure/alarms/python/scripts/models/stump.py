from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

found = fitted(DecisionTreeRegressor(max_depth=1), DecisionTreeClassifier(max_depth=1))
