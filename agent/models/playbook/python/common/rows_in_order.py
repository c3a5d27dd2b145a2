submission = sample.copy()
if ID is not None and ID in test.columns and ID in sample.columns:
    place = pd.Series(np.arange(len(test)), index=test[ID].astype(str))
    order = sample[ID].astype(str).map(place[~place.index.duplicated()])
    order = order.fillna(pd.Series(np.arange(len(sample)) % max(len(test), 1))).astype(int).to_numpy()
else:
    order = np.arange(len(sample)) % max(len(test), 1)
