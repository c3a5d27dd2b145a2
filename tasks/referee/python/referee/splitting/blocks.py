"""Stretches of time that are drawn as a whole, for windows of time in which rows resemble their neighbours."""

import numpy as np

MIN_TIMES = 10


def time_blocks(times):
    """
    A block for each row: about T^(1/3) neighbouring moments each, of T. Errors of neighbouring days rise and fall
    together (weather, holidays, a drift), so single rows would claim more evidence than there is. Blocks of this
    length grow with the window, as a block bootstrap needs to hold, and still leave T^(2/3) of them to draw from.
    Rows of one moment are never divided; with few moments, stretches of rows in their order stand in.
    """
    moments = np.where(np.isfinite(times), times, -np.inf)
    place = np.unique(moments, return_inverse=True)[1]
    if place.max() + 1 < MIN_TIMES:
        place = np.argsort(np.argsort(moments, kind="stable"), kind="stable")
    count = int(place.max()) + 1
    return place // max(1, round(count ** (1 / 3)))
