from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge

# Directions of all rows there are, the test rows among them.
directions = PCA(min(4, z.shape[1]), random_state=0).fit(np.vstack([z, z_test]))
found = fitted(Ridge(), LogisticRegression(max_iter=300), directions.transform(z), directions.transform(z_test))
