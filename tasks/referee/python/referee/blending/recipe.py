"""How a blend that was fitted is applied to predictions for other rows, and written."""

import os

from referee import tables
from referee.blending import stack
from referee.blending.combine import combine

# Weights up to it count as 0.
WEIGHT_EPSILON = 1e-9


def used_members(weights):
    """Places of the members that a blend uses; the others need not be run for a new view."""
    return [i for i, weight in enumerate(weights) if abs(weight) > WEIGHT_EPSILON]


def apply_recipe(problem, recipe, used):
    """The blend of predictions, (rows, columns). `used`: those of each member that it uses, by its place."""
    weights = recipe["weights"]
    if recipe["models"] is None:
        return combine(problem, list(used.values()), [weights[i] for i in used], recipe["method"] == "rank-mean")
    # The place of a member without weight is held by another's predictions: it counts nothing.
    stand_in = next(iter(used.values()))
    return stack.predict(problem, recipe["models"], [used.get(i, stand_in) for i in range(len(weights))])


def write_submission(path, problem, header, ids, predictions):
    """A submission file in the sample's order of columns and rows, whole or not at all."""
    place = {name: j for j, name in enumerate(problem.columns)}
    cells = [[as_text(problem, value) for value in predictions[:, j]] for j in range(predictions.shape[1])]
    records = (
        [ids[i] if name == problem.id_column else cells[place[name]][i] for name in header]
        for i in range(len(predictions))
    )
    partial = f"{path}.part"
    if os.path.exists(partial):
        os.unlink(partial)
    tables.write(partial, header, records)
    os.replace(partial, path)


def as_text(problem, value):
    """A cell of a submission file."""
    if problem.kind in ("free", "ranking"):
        return str(value)
    if problem.kind == "label":
        return problem.classes[int(value)]
    if problem.kind == "integer":
        return str(int(value))
    return repr(float(value))
