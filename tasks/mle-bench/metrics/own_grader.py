"""Stands for a metric that only the competition's own grader computes; runs on such a competition are self-reported."""


def score(_submission, _answers):
    raise NotImplementedError("only the competition's own grader computes this metric")
