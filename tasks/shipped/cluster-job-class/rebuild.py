"""
Checks that the shipped tables are rows of `hpc_data`, and writes them again from it (needs `pip install rdata
pandas`).

Source: data set hpc_data of the R package modeldata (Debian package r-cran-modeldata); all 4,331 rows. The column
`class` is called `runtime_class`.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rebuilding"))

from r_data import read_frame  # noqa: E402
from resplit import arguments, rebuild  # noqa: E402
from sources import debian_package  # noqa: E402

HEADER = ["protocol", "compounds", "input_fields", "iterations", "num_pending", "hour", "day", "class"]


def as_text(name, value):
    """Counts are whole numbers; the hour keeps fifteen digits, as R prints it."""
    if isinstance(value, str):
        return value
    return repr(float(f"{value:.15g}")) if name == "hour" else str(int(value))


options = arguments(__doc__)
frame = read_frame(debian_package("r-cran-modeldata", options.source), "modeldata", "hpc_data")
rows = [[as_text(*cell) for cell in zip(HEADER, row)] for row in frame[HEADER].itertuples(index=False)]
rebuild("cluster-job-class", [*HEADER[:-1], "runtime_class"], "runtime_class", rows, {}, options.out)
