from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.linear_model import Ridge

said = [" ".join(map(str, row)) for row in train[named or features].to_numpy()]
asked = [" ".join(map(str, row)) for row in test[named or features].to_numpy()]
pieces = CountVectorizer(analyzer="char_wb", ngram_range=(2, 3), lowercase=False, max_features=3000).fit(said)
found = fitted(Ridge(10), MultinomialNB(), pieces.transform(said).astype(float), pieces.transform(asked).astype(float))
