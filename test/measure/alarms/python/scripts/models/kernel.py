from sklearn.linear_model import LogisticRegression
from sklearn.kernel_approximation import Nystroem
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVR

found = fitted(SVR(), make_pipeline(Nystroem(n_components=30, random_state=1), LogisticRegression(max_iter=200)), z, z_test)
