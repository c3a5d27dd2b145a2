"""
Checks that the shipped tables are flights of 2001, and writes them again from the source (needs `pip install pandas
pyarrow`).

Source: npm package vega-datasets 3.2.1, data/flights-3m.parquet and data/airports.csv. 120,000 of the three million
flights were drawn once; a flight is late when it arrives more than 15 minutes after schedule; the last 30 % of days are
the test; `airports.csv` keeps the airports that occur, with an empty cell for `NA`. The draw itself cannot be repeated:
the script proves that every shipped flight is one of the source's.
"""

import csv
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rebuilding"))

from resplit import SHIPPED, arguments, read, rebuild  # noqa: E402
from sources import npm_package  # noqa: E402

try:
    import pandas as pd
except ImportError:
    sys.exit("this script reads a parquet file: pip install pandas pyarrow")

options = arguments(__doc__)
folder = npm_package("vega-datasets", "3.2.1", options.source)
flights = pd.read_parquet(os.path.join(folder, "data", "flights-3m.parquet"))
shipped = [read(os.path.join(SHIPPED, "late-arrivals", name))[1] for name in ("train.csv", "test.csv")]
seen = {tuple(row[1:5]) for rows in shipped for row in rows}
rows = [
    [*key, "1" if delay > 15 else "0"]
    for *key, delay in zip(
        flights["date"].dt.strftime("%Y-%m-%d %H:%M"),
        flights["origin"],
        flights["destination"],
        flights["distance"].astype(str),
        flights["delay"],
    )
    if tuple(key) in seen
]
used = {row[at] for part in shipped for row in part for at in (2, 3)}
with open(os.path.join(folder, "data", "airports.csv"), encoding="utf-8", newline="") as file:
    airports = list(csv.reader(file))
kept = [airports[0]] + [["" if cell == "NA" else cell for cell in row] for row in airports[1:] if row[0] in used]
header = ["date", "origin", "destination", "distance", "late"]
rebuild("late-arrivals", header, "late", rows, {"airports.csv": kept}, options.out)
