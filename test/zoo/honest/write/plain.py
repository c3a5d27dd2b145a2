pd.DataFrame({"id": test["id"], "sold": prediction}).to_csv("submission.csv", index=False)
