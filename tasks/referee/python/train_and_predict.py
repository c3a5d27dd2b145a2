"""Trains the scripts of a solution and predicts the test table: the program of an exported run.

    python train_and_predict.py [--data FOLDER] [--out FILE] [--work FOLDER]

Reads `plan.json`, `scripts/` and, where the submission is a blend or its text is made exact, `referee/` beside it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def read_plan(folder=HERE):
    """What is run, and how its predictions become one submission."""
    with open(os.path.join(folder, "plan.json"), encoding="utf-8") as file:
        return json.load(file)


def place_of(work, number, data):
    """An empty working folder for a script, with the data as `./input/`."""
    place = os.path.join(work, f"script-{number + 1}")
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    source, target = os.path.abspath(data), os.path.join(place, "input")
    try:
        os.symlink(source, target, target_is_directory=True)
    except OSError:  # Windows without the right to make links
        shutil.copytree(source, target)
    return place


def run_script(plan, number, place):
    """Runs one script in its folder, under the variables that it had in the run; ends the program where it fails."""
    script = plan["scripts"][number]
    shutil.copyfile(os.path.join(HERE, script["file"]), os.path.join(place, "solution.py"))
    print(f"{script['id']}: training and predicting", flush=True)
    environment = {**os.environ, **plan["environment"]}
    ended = subprocess.run([sys.executable, "solution.py"], cwd=place, env=environment, check=False)
    if ended.returncode != 0:
        sys.exit(f"{script['id']} failed with exit code {ended.returncode}")


def finish(plan, work, data, out):
    """Makes the submission of what the scripts wrote in their folders."""
    out = os.path.abspath(out)
    written = [os.path.join(work, f"script-{number + 1}", "submission.csv") for number in range(len(plan["scripts"]))]
    lacking = [script["id"] for script, path in zip(plan["scripts"], written) if not os.path.isfile(path)]
    if lacking:
        sys.exit(f"{lacking[0]} wrote no submission.csv")
    if plan["answers"] is None:
        shutil.copyfile(written[0], out)
        return
    sys.path.insert(0, HERE)
    from referee import errors, standalone

    try:
        standalone.finish(plan["answers"], plan["recipe"], written, os.path.join(data, plan["sample"]), out)
    except (errors.Rejected, errors.Invalid) as error:
        sys.exit(f"no valid submission: {error}")


# Where a notebook works: its own folder, and that of its scripts.
NOTEBOOK = {}


def begin_notebook(data="input"):
    """Sets the variables of the run and makes the working folders, from the folder of a notebook."""
    plan = read_plan()
    check_data(plan, data)
    os.environ.update(plan["environment"])
    NOTEBOOK.update(plan=plan, home=os.getcwd(), data=os.path.abspath(data), work=tempfile.mkdtemp(prefix="notebook-"))


def begin_script(number):
    """Goes to the working folder of a script."""
    os.chdir(place_of(NOTEBOOK["work"], number, NOTEBOOK["data"]))


def end_notebook(out="submission.csv"):
    """Goes back, and makes the submission of what the scripts wrote; returns its path."""
    os.chdir(NOTEBOOK["home"])
    path = os.path.abspath(out)
    finish(NOTEBOOK["plan"], NOTEBOOK["work"], NOTEBOOK["data"], path)
    shutil.rmtree(NOTEBOOK["work"])
    return path


def check_data(plan, data):
    """Ends the program where the data are not there."""
    for name in plan["reads"]:
        if not os.path.exists(os.path.join(data, name)):
            sys.exit(f"{data} has no {name}: put the files of the competition there")


def main():
    """The command."""
    parser = argparse.ArgumentParser(description="Train on the data of the competition and predict its test table.")
    parser.add_argument("--data", default="input", help="folder with the files of the competition [input]")
    parser.add_argument("--out", default="submission.csv", help="where the predictions are written [submission.csv]")
    parser.add_argument("--work", default=None, help="folder that the scripts work in, kept [a temporary one]")
    options = parser.parse_args()
    plan = read_plan()
    check_data(plan, options.data)
    with tempfile.TemporaryDirectory(prefix="train-and-predict-") as temporary:
        work = options.work or temporary
        for number in range(len(plan["scripts"])):
            run_script(plan, number, place_of(work, number, options.data))
        finish(plan, work, options.data, options.out)
    print(options.out)


if __name__ == "__main__":
    main()
