"""
Checks that the shipped tables are rows of `check_times`, and writes them again from it (needs `pip install rdata
pandas`).

Source: data set check_times of the R package modeldata (Debian package r-cran-modeldata); all 13,626 rows, without the
column `status`, which is known only after the check.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rebuilding"))

from r_data import read_frame  # noqa: E402
from resplit import SHIPPED, arguments, read, rebuild  # noqa: E402
from sources import debian_package  # noqa: E402


def as_text(name, value):
    """Counts are whole numbers, sizes keep their decimals."""
    if name == "package":
        return str(value)
    return repr(float(value)) if name.endswith("_size") else str(int(value))


options = arguments(__doc__)
frame = read_frame(debian_package("r-cran-modeldata", options.source), "modeldata", "check_times")
header = read(os.path.join(SHIPPED, "package-check-time", "train.csv"))[0][1:]
rows = [[as_text(name, value) for name, value in zip(header, row)] for row in frame[header].itertuples(index=False)]
rebuild("package-check-time", header, "check_time", rows, {}, options.out)
