"""What the scripts of an export wrote, made one submission by the rules of the referee, without its competition."""

import os
import shutil

from referee import tables
from referee.blending.recipe import apply_recipe, used_members, write_submission
from referee.judging import exact_form, validate
from referee.problem import Problem


def finish(answers, recipe, written, sample, out):
    """
    Writes the submission. `answers`: facts of the problem and the header of the sample, or None where no referee reads
    what the script wrote; `recipe`: of a blend, or None; `written`: a file for each script; `sample`: the sample
    submission, which says the rows. Raises `Rejected` for a file that breaks a rule.
    """
    if answers is None:
        shutil.copyfile(written[0], out)
        return
    problem, header = Problem.from_facts(answers["problem"]), answers["sampleHeader"]
    columns, count = tables.read_columns(sample, header)
    ids = columns[problem.id_column] if problem.id_column in header else None
    size = os.path.getsize(sample)
    reads = [validate.read_exact(path, problem, header, ids, count, size) for path in written]
    made = f"{out}.made"
    if recipe is not None:
        used = dict(zip(used_members(recipe["weights"]), (read.predictions for read in reads)))
        write_submission(made, problem, header, ids, apply_recipe(problem, recipe, used))
    else:
        read = exact_form.in_sample_form(problem, sample, reads[0])
        if not read.notes:
            shutil.copyfile(written[0], out)
            return
        exact_form.write_reading(made, header, problem.id_column, problem.columns, read)
    # Tables of the referee are read-only: this one is the user's.
    shutil.copyfile(made, out)
    os.unlink(made)
