"""The referee's process: one JSON request a line on standard input, one JSON reply a line on standard output."""

import json
import os
import sys
import time
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from referee import competition, holdout  # noqa: E402
from referee.blending import bank, blend, pool  # noqa: E402
from referee.errors import Invalid, Refused, Unsplittable  # noqa: E402
from referee.judging import constant, diagnosis, grade, judge, repeated, surrogate_importance, weak_rows  # noqa: E402
from referee.splitting import label_store  # noqa: E402
from referee.statistics import choice, multiple_comparisons, pooled_scores, projection  # noqa: E402
from referee.views import canary, disguised_view, layout, permuted_view, shuffled_view  # noqa: E402

# Neighbors in the folder must not hide modules of the standard library.
sys.path.pop(0)


class Service:
    """The operations. One competition is open at a time."""

    def __init__(self):
        self.competition, self.holdout = None, None

    def open(self, task, folder, seed, subsample, maxFolds):
        """Opens a competition and answers with its split."""
        self.competition = competition.Competition(task, folder, seed, subsample, maxFolds)
        self.holdout = holdout.Holdout(folder)
        return self.competition.split

    def input(self, view):
        """Path of a view's folder."""
        if view != "final" and not self.competition.splittable:
            raise Invalid(f"a self-reported run has no view {view!r}")
        self.holdout.check(view)
        if label_store.is_disguised(view):
            return disguised_view.make_view(self.competition, view)
        if view.startswith(permuted_view.PREFIX):
            return permuted_view.folder_of(self.competition, view)
        maker = shuffled_view if view.startswith(shuffled_view.PREFIX) else layout
        return maker.make_view(self.competition, view)

    def capped_rows(self):
        """Training rows of the first fold under the cap and without it, or null."""
        return self.competition.capped_rows()

    def use_all_rows(self):
        """Lifts the cap on training rows of the search."""
        self.competition.use_all_rows()

    def training_rows(self):
        """Path of the folder with the training rows of the first fold, and of no row that is predicted."""
        return layout.make_training(self.competition)

    def judge(self, id, view, submission):
        """A judgment with its duration."""
        started = time.perf_counter()
        if view != "final" and not self.competition.splittable:
            raise Invalid(f"a self-reported run has no view {view!r}")
        self.holdout.check(view, id)
        self.make_disguise(view)
        result = judge.judge_submission(self.competition, id, view, submission)
        return {**result, "seconds": time.perf_counter() - started}

    def score(self, id, views):
        """Pooled score of a solution."""
        return pooled_scores.pooled_score(self.competition, id, views)

    def canary(self, id, view):
        """Whether a solution knows the answers though it was trained on shuffled ones."""
        return canary.assess_canary(self.competition, id, view)

    def disguises(self):
        """Views that show the first fold in a way that who knows its rows does not recognize."""
        return disguised_view.available(self.competition)

    def repeated(self, id, again, view, base):
        """What is left of a score when the script ran again."""
        self.make_disguise(view)
        return repeated.assess_repeated(self.competition, id, again, view, base)

    def make_disguise(self, view):
        """Answers of a disguised view that were lost are made again."""
        if label_store.is_disguised(view):
            disguised_view.make_view(self.competition, view)

    def compare(self, incumbent, challenger, views):
        """Paired comparison."""
        return pooled_scores.compare(self.competition, incumbent, challenger, views)

    def compare_all(self, incumbent, challengers):
        """Several challengers against one incumbent, with the familywise error controlled by the max statistic."""
        return multiple_comparisons.compare_all(self.competition, incumbent, challengers)

    def correct(self, solutions, blends, views):
        """Scores without selection bias."""
        return multiple_comparisons.correct(self.competition, solutions, blends, views)

    def unseal(self, finalists, closed=False):
        """Opens the sealed holdout for these solutions, once; `closed`: they have been chosen among already."""
        self.holdout.open(finalists, closed)

    def choose(self, finalists):
        """The finalists by search and sealed rows; the sealed holdout is closed for good."""
        found = choice.choose(self.competition, finalists)
        self.holdout.close()
        return found

    def halved(self):
        """The view with half of the training rows; none where the split was frozen without it."""
        return projection.halved_views(self.competition)

    def project(self, id, views, halved, interval):
        """What a finalist that was scored on the sealed rows is expected to score on the test rows."""
        return projection.project(self.competition, id, views, halved, interval)

    def pool(self, candidates, views, most):
        """Who may be a member of an ensemble."""
        return pool.choose_pool(self.competition, candidates, views, most)

    def blend(self, id, method, members, views):
        """Fits and banks an ensemble; nothing is ever fitted on sealed rows."""
        if holdout.VIEW in views:
            raise Refused("an ensemble is fitted on search views only")
        return blend.fit_blend(self.competition, id, method, members, views)

    def apply(self, id, view):
        """Writes an ensemble's submission."""
        self.holdout.check(view, id)
        return blend.apply_blend(self.competition, id, view)

    def standalone(self, id):
        """What it takes to make a submission of files without the competition; `id`: of a blend, or None."""
        answers = None
        if self.competition.splittable:
            facts = self.competition.problem.facts()
            answers = {"problem": facts, "sampleHeader": self.competition.frozen["sampleHeader"]}
        return {"answers": answers, "recipe": None if id is None else bank.get_recipe(self.competition, id)}

    def constant(self):
        """Writes a submission of one prediction for all rows."""
        return constant.write_constant(self.competition)

    def constant_scores(self, views):
        """What one prediction for all rows scores."""
        return constant.constant_scores(self.competition, views)

    def diagnose(self, id, views):
        """How predictions lie against the answers, in sums over many rows."""
        if holdout.VIEW in views:
            raise Refused("predictions are shown against the answers of search views only")
        return diagnosis.diagnose(self.competition, id, views)

    def weak_rows(self, id, views):
        """Groups of many rows on which a solution does worst."""
        if holdout.VIEW in views:
            raise Refused("rows of search views only are looked at")
        return weak_rows.weak_rows(self.competition, id, views)

    def surrogate_importance(self, id, views):
        """Columns that the predictions of a solution follow most."""
        if holdout.VIEW in views:
            raise Refused("predictions of search views only are looked at")
        return surrogate_importance.surrogate_importance(self.competition, id, views)

    def alike(self, id, others, views):
        """How much other solutions err like this one."""
        own = pool.residuals(self.competition, id, views)
        return [pool.similarity(own, pool.residuals(self.competition, other, views)) for other in others]

    def permute(self, id, stacked):
        """Makes views in which columns of the rows to predict say nothing any more."""
        return permuted_view.permute(self.competition, id, stacked)

    def importance(self, id, views):
        """What a solution loses on them."""
        return permuted_view.importance(self.competition, id, views)

    def syntax(self, code):
        """What is wrong with a Python text, or None; the text is parsed, never run."""
        import ast

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(code)
        except SyntaxError as error:
            return f"line {error.lineno}: {error.msg}" if error.lineno else str(error.msg)
        except (ValueError, RecursionError, MemoryError) as error:
            return f"cannot be parsed: {error or type(error).__name__}"
        return None

    def grade(self, task, answers, submission):
        """Scores against hidden answers."""
        return grade.grade(task, answers, submission)


OPERATIONS = {
    "open", "input", "capped_rows", "use_all_rows", "training_rows", "judge", "score", "canary", "disguises",
    "repeated", "compare", "compare_all", "correct", "unseal", "choose", "halved", "project", "pool", "blend",
    "apply", "standalone", "constant", "constant_scores", "diagnose", "permute", "importance", "weak_rows",
    "surrogate_importance", "alike", "syntax", "grade",
}


def answer(service, request):
    """One reply; `invalid` is the user's to mend, `refused` may not be, `fault` is ours."""
    try:
        if request["op"] not in OPERATIONS:
            raise ValueError(f"unknown operation {request['op']!r}")
        value = getattr(service, request["op"])(**request["params"])
        return {"id": request["id"], "value": value}
    except (Invalid, Unsplittable) as error:
        return {"id": request["id"], "error": "invalid", "message": str(error)}
    except Refused as error:
        return {"id": request["id"], "error": "refused", "message": str(error)}
    except Exception as error:
        # Whatever it was, the caller must get a reply: a silent process would look like a hang.
        at = error.__traceback__
        while at.tb_next is not None:
            at = at.tb_next
        spot = f"{os.path.basename(at.tb_frame.f_code.co_filename)}:{at.tb_lineno}"
        return {"id": request["id"], "error": "fault",
                "message": f"{type(error).__name__}: {error} ({spot})"}


def main():
    """Serves until standard input ends."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Nothing that a library prints may stand between replies.
    os.dup2(2, 1)
    os.umask(0o022)
    service = Service()
    for line in sys.stdin.buffer:
        reply = answer(service, json.loads(line))
        replies.write(json.dumps(reply, allow_nan=False) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
