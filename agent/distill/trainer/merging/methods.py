"""How tensors of one shape become one. A task vector is what training added to the base (arXiv 2212.04089).

NumPy alone, in double precision: small enough to be checked by hand.
"""

import zlib

import numpy


def linear(tensors, weights):
    """The weighted mean."""
    return task_arithmetic(tensors, [each / sum(weights) for each in weights])


def task_arithmetic(vectors, weights):
    """The weighted sum of task vectors; a negative weight takes away what one learned."""
    return sum(weight * vector.astype(numpy.float64) for weight, vector in zip(weights, vectors))


def least_kept(tensors, density):
    """The magnitude from which on the entries of one task vector, over all its tensors, are among the largest ones.

    `density`: the share that is kept, at least one entry; of equal magnitudes at the limit all are.
    """
    magnitudes = numpy.concatenate([numpy.abs(each).ravel() for each in tensors])
    kept = max(1, round(density * magnitudes.size))
    return numpy.partition(magnitudes, magnitudes.size - kept)[magnitudes.size - kept]


def trimmed(vector, least):
    return numpy.where(numpy.abs(vector) >= least, vector, 0)


def dropped(vector, density, seed, member, name):
    """DARE (arXiv 2311.03099): entries are dropped at random, and those that are left rescaled by 1 / density.

    The draw depends on the seed, the place of the member and the name of the tensor alone.
    """
    random = numpy.random.Generator(numpy.random.PCG64([seed, member, zlib.crc32(name.encode())]))
    return numpy.where(random.random(vector.shape) < density, vector.astype(numpy.float64) / density, 0)


def elected(vectors, weights):
    """TIES (arXiv 2306.01708), after the trimming: for each entry the sign with the larger total magnitude is elected,
    and the weighted mean of the entries with this sign is taken; zeros take no part."""
    weighed = [weight * vector.astype(numpy.float64) for weight, vector in zip(weights, vectors)]
    sign = numpy.sign(sum(weighed))
    agree = [numpy.sign(each) * sign > 0 for each in weighed]
    total = sum(numpy.where(each, weight, 0) for each, weight in zip(agree, numpy.abs(weights)))
    kept = sum(numpy.where(each, value, 0) for each, value in zip(agree, weighed))
    return numpy.divide(kept, total, out=numpy.zeros_like(kept), where=total > 0)
