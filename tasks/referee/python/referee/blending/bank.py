"""The prediction bank: validated predictions of every solution, aligned to the rows of each view."""

import hashlib
import os
from urllib.parse import quote

from referee import files
from referee.errors import Invalid


def folder_of(competition, solution):
    """A folder for a solution id; long ids are cut and end in a hash."""
    name = quote(solution, safe="").replace(".", "%2E")
    if len(name) > 120:
        name = f"{name[:80]}-{hashlib.sha256(solution.encode()).hexdigest()[:16]}"
    return os.path.join(competition.folder, "bank", name)


def put_predictions(competition, solution, view, predictions):
    """Keeps predictions (rows, columns) of a solution under a view; the same again changes nothing. Returns the file."""
    path = os.path.join(folder_of(competition, solution), f"{view}.npz")
    files.write_arrays(path, predictions=predictions)
    return banked_file(competition, path)


def banked_file(competition, path):
    """A file of the bank as the journal names it, with its hash: whoever goes on with the run can check it."""
    return {"file": os.path.relpath(path, competition.folder), "sha256": files.sha256(path)}


def get_predictions(competition, solution, view):
    """Kept predictions of a solution under a view, (rows, columns). Raises `Invalid` when there are none."""
    path = os.path.join(folder_of(competition, solution), f"{view}.npz")
    if not os.path.exists(path):
        raise Invalid(f"{solution} has no banked predictions for {view}")
    return files.read_arrays(path)["predictions"]


def put_recipe(competition, solution, recipe):
    """How a blend is applied to views it was not fitted on. Returns the file."""
    path = os.path.join(folder_of(competition, solution), "blend.json")
    files.write_json(path, recipe)
    return banked_file(competition, path)


def get_recipe(competition, solution):
    """The recipe of a blend. Raises `Invalid` when none was fitted under this id."""
    recipe = files.read_json(os.path.join(folder_of(competition, solution), "blend.json"))
    if recipe is None:
        raise Invalid(f"{solution} is not a blend that was fitted in this run")
    return recipe
