from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

said = [" ".join(map(str, row)) for row in train[named or features].to_numpy()]
asked = [" ".join(map(str, row)) for row in test[named or features].to_numpy()]
words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, token_pattern=r"\S+").fit(said + asked)
found = fitted(Ridge(), LogisticRegression(max_iter=300), hstack([words.transform(said), csr_matrix(z)]).tocsr(), hstack([words.transform(asked), csr_matrix(z_test)]).tocsr())
