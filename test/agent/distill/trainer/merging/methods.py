"""What the merging methods make of small vectors: `python methods.py <trainer>`; one JSON object on standard output."""

import json
import sys

sys.path.insert(0, sys.argv[1])

import numpy

from merging.methods import dropped, elected, least_kept, linear, task_arithmetic, trimmed

one, two, three = (numpy.array(each, dtype=numpy.float32) for each in ([4, -1, 3, 0.5], [-2, -3, 1, 0.25], [1, 2, -8, 0]))
equal = numpy.array([2, -2, 2, 1], dtype=numpy.float32)


def ties(vectors, density, weights):
    return elected([trimmed(each, least_kept([each], density)) for each in vectors], weights).tolist()


def draws(seed, member=0, name="layer"):
    return dropped(numpy.ones(10000, dtype=numpy.float32), 0.25, seed, member, name)


drawn = draws(0)
print(
    json.dumps(
        {
            "linear": linear([one, two], [3, 1]).tolist(),
            "arithmetic": task_arithmetic([one, two], [0.5, -1]).tolist(),
            # Half of the four entries; over two tensors at once; of equal magnitudes all.
            "least": [float(least_kept(each, 0.5)) for each in ([one], [one, two], [equal])],
            "leastOne": float(least_kept([one], 0.001)),
            "trimmed": trimmed(one, least_kept([one], 0.5)).tolist(),
            "ties": ties([one, two, three], 0.5, [1, 1, 1]),
            "tiesWeighed": ties([one, two, three], 1, [1, 1, 2]),
            "tiesNegative": ties([one, two], 1, [1, -1]),
            "tiesEven": ties([one, -one], 1, [1, 1]),
            "dare": {
                "values": sorted(set(drawn.tolist())),
                "share": float((drawn > 0).mean()),
                "mean": float(drawn.mean()),
                "same": draws(0).tolist() == drawn.tolist(),
                "others": [draws(*each).tolist() == drawn.tolist() for each in ((1,), (0, 1), (0, 0, "other"))],
            },
        }
    )
)
