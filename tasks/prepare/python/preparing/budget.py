"""How much a folder may grow to while it is unpacked and copied."""

import shutil

from errors import Refused

# What is left on the disk when a copy is done, at the least.
SPARE_BYTES = 1 << 30
# An archive that holds more than this many times its own size is a bomb, once it is large.
USUAL_RATIO = 200


class Budget:
    """Bytes and files that may be written. `limits`: `bytes`, `files`, and `bomb`, the size from which ratios count."""

    def __init__(self, folder, limits):
        self.bytes_left = min(limits["bytes"], shutil.disk_usage(folder).free - SPARE_BYTES)
        self.files_left = limits["files"]
        self.limits = limits

    def take(self, name, size):
        """Books bytes that are about to be written."""
        self.bytes_left -= size
        if self.bytes_left < 0:
            gigabytes = self.limits["bytes"] / 1e9
            raise Refused(f"{name}: unpacked and copied, the folder would take more than {gigabytes:g} GB or the free"
                          " disk; take out what is no data of the competition, or unpack it yourself")

    def take_file(self, name):
        """Books one more file."""
        self.files_left -= 1
        if self.files_left < 0:
            raise Refused(f"{name}: more than {self.limits['files']} files; take out what is no data of the competition")

    def check_ratio(self, name, packed, unpacked):
        """Refuses what is no data but a bomb."""
        if unpacked > self.limits["bomb"] and unpacked > USUAL_RATIO * max(packed, 1):
            raise Refused(f"{name}: {packed} packed bytes hold more than {unpacked} bytes, as data never do;"
                          " unpack it yourself if you trust it")
