"""Answers `test/measure/scores/trust.ts` by JSON lines: the referee's own functions on simulated competitions."""

import bisect
import json
import shutil
import sys
import tempfile
from functools import cache

import numpy as np

import generated
from simulated import METRICS, World, seeded, true_score
from referee.statistics import choice, multiple_comparisons, pooled_scores

QUALITIES = (0.5, 0.6, 0.75)
truth_of = cache(true_score)


def coverage(metric, rows, groups, seed):
    """Whether the sealed interval of the finalist that is chosen among three holds its true score."""
    rng = seeded(seed, "finalists", metric)
    noises = dict(zip("abc", rng.choice(QUALITIES, 3)))
    # Half the time the three are of one quality: then the choice is noise alone.
    if seed % 2:
        noises = dict.fromkeys("abc", QUALITIES[seed % 3])
    with folder() as place:
        world = World(metric, {"fold-0": 2 * rows, "sealed": rows}, place, seed, groups)
        for name, noise in noises.items():
            world.submit(name, noise, ["fold-0", "sealed"])
        compared = multiple_comparisons.compare_all(
            world, "a", [{"id": name, "views": ["fold-0"]} for name in "bc"])
        finalists = [{"id": "a", "expected": 0.0, "spread": 0.0},
                     *({"id": each["id"], "expected": each["gain"], "spread": each["standardError"]}
                       for each in compared)]
        found = choice.choose(world, finalists)
        single = {name: pooled_scores.pooled_score(world, name, ["fold-0"])["interval"] for name in "abc"}
    true = {name: truth_of(metric, noise, groups) for name, noise in noises.items()}
    low, high = found["interval"]
    chosen = found["order"][0]
    return {
        "sealed": bool(low <= true[chosen] <= high),
        "search": [bool(ends[0] <= true[name] <= ends[1]) for name, ends in single.items()],
    }


def shrinkage(metric, rows, tries, seed):
    """
    How much too good the best of many equally good ones looks, before and after the correction, in standard errors of
    its score. What the rows themselves do to all of them alike is no selection bias, so their mean is the measure.
    """
    names = [f"try-{i}" for i in range(tries)]
    with folder() as place:
        world = World(metric, {"fold-0": rows}, place, seed)
        for name in names:
            world.submit(name, QUALITIES[0], ["fold-0"])
        scores, draws = multiple_comparisons.scores_and_draws(world, names, ["fold-0"])
        corrected = multiple_comparisons.correct(world, names, [], ["fold-0"])["solutions"]
    sign, true = world.problem.sign, scores.mean()
    best = int(np.argmax(sign * scores))
    error = float(draws[best].std())
    after = dict((each["id"], each["corrected"]) for each in corrected)[names[best]]
    return {"before": sign * (scores[best] - true) / error, "after": sign * (after - true) / error}


def projected(kind, metric, script, seed):
    """A generated competition: whether the score to expect holds the hidden one."""
    with folder() as place:
        return generated.projected(kind, metric, script, seed, place)


def together(expected, spread, gain, error):
    """What search and sealed rows let expect of one finalist together."""
    return float(choice.posterior(*(np.array([each], dtype=float) for each in (expected, spread, gain, error)))[0])


def family(gain, others, rows):
    """How sure a gain in standard errors is among others, of independent errors."""
    draws = seeded("family").normal(size=(1 + len(others), 4000))
    gains = [gain, *others]
    statistics = [multiple_comparisons.studentize(each + own, rows) for each, own in zip(draws, gains)]
    found = {"gain": gain, "standardError": 1.0}
    return multiple_comparisons.family_probability(found, multiple_comparisons.max_statistics(statistics))


@cache
def better_by(metric, rows, errors):
    """The noise of a model whose true gain over the incumbent is so many standard errors of their comparison."""
    many = 20_000
    with folder() as place:
        world = World(metric, {"fold-0": many}, place, 0)
        world.submit("incumbent", QUALITIES[1], ["fold-0"])

        @cache
        def ratio(noise):
            world.submit("other", noise, ["fold-0"])
            found = pooled_scores.compare(world, "incumbent", "other", ["fold-0"])
            gain = world.problem.sign * (truth_of(metric, noise) - truth_of(metric, QUALITIES[1]))
            return gain / (found["standardError"] * np.sqrt(many / rows))

        # The less noise, the larger the gain: the first that is large enough, or the one before it.
        noises = [float(each) for each in np.linspace(QUALITIES[1], 0.02, 30)]
        first = min(bisect.bisect_left(noises, errors, key=ratio), len(noises) - 1)
        best = min(noises[max(0, first - 1) : first + 1], key=lambda noise: abs(ratio(noise) - errors))
        return ratio(best), best


class Tournament:
    """A run's referee while challengers are compared; predictions are made when a view is asked for first."""

    def __init__(self):
        self.world, self.noises, self.place = None, {}, None

    def begin(self, metric, views, seed, better, errors):
        """A competition in which the named solutions are better than all others by so many standard errors."""
        self.end()
        self.place = tempfile.mkdtemp(prefix="mle-star-tournament-")
        self.world = World(metric, views, self.place, seed)
        ratio, noise = better_by(metric, views["fold-0"], errors) if better else (0.0, QUALITIES[1])
        self.noises = dict.fromkeys(better, noise)
        return ratio

    def compare_all(self, incumbent, challengers):
        """As the referee's process answers it."""
        for each in [{"id": incumbent, "views": [v for c in challengers for v in c["views"]]}, *challengers]:
            for view in each["views"]:
                self.world.submit(each["id"], self.noises.get(each["id"], QUALITIES[1]), [view])
        return multiple_comparisons.compare_all(self.world, incumbent, challengers)

    def end(self):
        """Clears away what was banked."""
        if self.place is not None:
            shutil.rmtree(self.place)
        self.place = None


class folder:
    """A folder that is gone again afterwards."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="mle-star-trust-")
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def main():
    tournament = Tournament()
    operations = {
        "coverage": coverage, "shrinkage": shrinkage, "projected": projected, "together": together, "family": family, "begin": tournament.begin,
        "compare_all": tournament.compare_all, "metrics": lambda: sorted(METRICS),
    }
    for line in sys.stdin:
        request = json.loads(line)
        value = operations[request["op"]](**request["params"])
        print(json.dumps(value), flush=True)
    tournament.end()


main()
