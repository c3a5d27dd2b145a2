"""Checks that the shipped tables are openfootball matches, and writes them again from them.

Source: npm package vega-datasets 3.2.1, data/football.json. The four matches without a score are left out; the result
follows from the scores; the test is the last season (from 2016-07-01 on), without scores.
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rebuilding"))

from resplit import arguments, rebuild  # noqa: E402
from sources import npm_package  # noqa: E402

HEADER = ["date", "division", "home_team", "away_team", "home_score", "away_score"]


def result_of(match):
    """Who won."""
    lead = match["home_score"] - match["away_score"]
    return "home" if lead > 0 else "away" if lead < 0 else "draw"


options = arguments(__doc__)
folder = npm_package("vega-datasets", "3.2.1", options.source)
with open(os.path.join(folder, "data", "football.json"), encoding="utf-8") as file:
    source = [match for match in json.load(file) if match["home_score"] is not None]
rows = [[*(str(match[name]) for name in HEADER), result_of(match)] for match in source]
rebuild("league-results", [*HEADER, "result"], "result", rows, {}, options.out)
