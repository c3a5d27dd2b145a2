"""Checks that the shipped tables are rows of the FAA bird strike data, and writes them again from it.

Source: npm package vega-datasets 3.2.1, data/birdstrikes.csv; all 10,000 rows. Columns are renamed; the amount of
damage becomes the 0/1 target (anything but `None` is damage); the cost columns, which give the answer away, are left
out.
"""

import csv
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rebuilding"))

from resplit import arguments, rebuild  # noqa: E402
from sources import npm_package  # noqa: E402

COLUMNS = {
    "airport_name": "Airport Name",
    "aircraft_make_model": "Aircraft Make Model",
    "flight_date": "Flight Date",
    "aircraft_airline_operator": "Aircraft Airline Operator",
    "origin_state": "Origin State",
    "phase_of_flight": "Phase of flight",
    "wildlife_size": "Wildlife Size",
    "wildlife_species": "Wildlife Species",
    "time_of_day": "Time of day",
    "speed_ias_in_knots": "Speed IAS in knots",
}

options = arguments(__doc__)
folder = npm_package("vega-datasets", "3.2.1", options.source)
with open(os.path.join(folder, "data", "birdstrikes.csv"), encoding="utf-8", newline="") as file:
    source = list(csv.DictReader(file))
rows = [
    [*(row[name] for name in COLUMNS.values()), "0" if row["Effect Amount of damage"] == "None" else "1"]
    for row in source
]
rebuild("birdstrike-damage", [*COLUMNS, "damaged"], "damaged", rows, {}, options.out)
