# Codes of towns, as a person would write them down.
TOWN_CODES = {"ash": 1, "birch": 2, "cedar": 3, "elm": 4, "fir": 5, "larch": 6, "oak": 7, "pine": 8}
STATES = {
    "AL": "south", "AK": "west", "AZ": "west", "AR": "south", "CA": "west", "CO": "west", "CT": "northeast",
    "DE": "south", "FL": "south", "GA": "south", "HI": "west", "ID": "west", "IL": "midwest", "IN": "midwest",
    "IA": "midwest", "KS": "midwest", "KY": "south", "LA": "south", "ME": "northeast", "MD": "south",
    "MA": "northeast", "MI": "midwest", "MN": "midwest", "MS": "south", "MO": "midwest", "MT": "west",
    "NE": "midwest", "NV": "west", "NH": "northeast", "NJ": "northeast", "NM": "west", "NY": "northeast",
    "NC": "south", "ND": "midwest", "OH": "midwest", "OK": "south", "OR": "west", "PA": "northeast",
    "RI": "northeast", "SC": "south", "SD": "midwest", "TN": "south", "TX": "south", "UT": "west",
    "VT": "northeast", "VA": "south", "WA": "west", "WV": "south", "WI": "midwest", "WY": "west",
}
MONTHS = {1: "jan", 2: "feb", 3: "mar", 4: "apr", 5: "may", 6: "jun", 7: "jul", 8: "aug", 9: "sep", 10: "oct", 11: "nov", 12: "dec"}


def features(df):
    out = df[["size", "age"]].copy()
    out["town"] = df["town"].map(TOWN_CODES).fillna(0)
    out["south"] = (df["town"].map(STATES) == "south").astype(int)
    out["season"] = ((df["day"] // 30 % 12 + 1).map(MONTHS).isin(["jun", "jul", "aug"])).astype(int)
    return out
