"""A stand-in of what an integration sees of AMLB, by its documentation: the package is neither on PyPI nor in Debian."""
