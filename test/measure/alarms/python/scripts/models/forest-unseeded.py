from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

found = fitted(RandomForestRegressor(30), RandomForestClassifier(30))
