"""The same answer for every row."""

import sys

from tables import constant, read, write

task, _, _, target, sample = read()
write(task, sample, constant(task, target), sys.argv[2])
