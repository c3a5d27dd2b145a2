"""Weights of several models as those of one."""
