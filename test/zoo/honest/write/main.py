def main():
    submission = test[["id"]].copy()
    submission["sold"] = np.asarray(prediction, dtype=float)
    submission.to_csv("./submission.csv", index=False)
    return 0


if __name__ == "__main__":
    import sys

    sys.exit(main())
