class FeatureBuilder:
    """Stateless steps by name; getattr finds them."""

    steps = ("numeric", "calendar", "text")

    def numeric(self, df):
        return df[["size", "age"]]

    def calendar(self, df):
        return pd.DataFrame({"week": df["day"] // 7, "dow": df["day"] % 7}, index=df.index)

    def text(self, df):
        return df["street"].str.extract(r"(\d+)").astype(float).rename(columns={0: "number"})

    def __call__(self, df):
        parts = [getattr(self, step)(df) for step in self.steps]
        return pd.concat(parts, axis=1).fillna(0)


features = FeatureBuilder()
