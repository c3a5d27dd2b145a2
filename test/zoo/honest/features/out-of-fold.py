from sklearn.model_selection import KFold

prior = train["sold"].mean()
encoded = pd.Series(prior, index=train.index)
for fit, hold in KFold(5, shuffle=True, random_state=0).split(train):
    means = train.iloc[fit].groupby("town")["sold"].mean()
    encoded.iloc[hold] = train.iloc[hold]["town"].map(means).fillna(prior)
town_means = train.groupby("town")["sold"].agg(["sum", "count"])
smoothed = (town_means["sum"] + 20 * prior) / (town_means["count"] + 20)


def features(df):
    out = df[["size", "age"]].copy()
    out["town_rate"] = encoded if df is train else df["town"].map(smoothed).fillna(prior)
    return out
