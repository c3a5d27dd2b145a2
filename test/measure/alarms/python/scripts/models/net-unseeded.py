import warnings

from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore")
found = fitted(MLPRegressor((12,), max_iter=60), MLPClassifier((12,), max_iter=60), z, z_test)
