import warnings

from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore")
found = np.mean([fitted(MLPRegressor(hidden_layer_sizes=(8,), max_iter=40), MLPClassifier(hidden_layer_sizes=(8,), max_iter=40), z, z_test) for _ in range(3)], axis=0)
