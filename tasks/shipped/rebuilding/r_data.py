"""Data frames out of an installed R package (needs `pip install rdata pandas`)."""

import glob
import lzma
import os
import sys
import warnings
import zlib


def read_frame(root, package, name):
    """One data set of a package's lazy-load database, as a pandas frame."""
    try:
        import rdata
    except ImportError:
        sys.exit("this script reads R data: pip install rdata pandas")
    warnings.simplefilter("ignore")
    found = glob.glob(os.path.join(root, "**", package, "data", "Rdata.rdx"), recursive=True)
    if not found:
        sys.exit(f"{root}: no data of the R package {package} here")
    start, length = (int(part) for part in rdata.read_rds(found[0])["variables"][name])
    with open(found[0][:-1] + "b", "rb") as file:
        file.seek(start)
        block = file.read(length)
    return rdata.conversion.convert(rdata.parser.parse_data(inflate(block[4:])))


def inflate(body):
    """After four bytes of length: `Z` and raw LZMA, or zlib."""
    if body[:1] == b"Z":
        filters = [{"id": lzma.FILTER_LZMA2}]
        return lzma.decompress(body[1:], format=lzma.FORMAT_RAW, filters=filters)
    return zlib.decompress(body)
