from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=500))
model.fit(features(train), train["sold"])
prediction = model.predict_proba(features(test))[:, 1]
