from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

found = fitted(DecisionTreeRegressor(random_state=0), DecisionTreeClassifier(random_state=0))
