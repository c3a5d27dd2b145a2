"""A test table and a sample submission where a folder has only the training table."""

import os
import random

import texts
from errors import Refused
from names import folded, is_id_name, is_target_name
from table import Table

TEST_SHARE = 0.2
# Fewer rows cannot be divided, and learned from.
MIN_ROWS = 20
# More values than this are no classes whose shares are kept.
MAX_CLASSES = 20
SEED = 20_240_229
# A smaller share of rows without an answer at the end of a table are answers that are missing.
OPEN_SHARE = 0.05
TRAINS, TESTS = {"train", "training", "tr", "development", "dev"}, {"test", "testing", "te", "submission", "holdout"}
# What columns are called that tell test rows from training rows, and what stands in them.
SETS = {**{name: (TRAINS, TESTS) for name in ("split", "set", "subset", "partition", "dataset", "source", "part")},
        **{name: ({"0", "false", "no", "0.0"}, {"1", "true", "yes", "1.0"}) for name in ("istest", "test", "testset")},
        **{name: ({"1", "true", "yes", "1.0"}, {"0", "false", "no", "0.0"}) for name in ("istrain", "train", "trainset")}}


def id_of(table, columns):
    """The column that names each row, or None."""
    for name in columns:
        if is_id_name(name):
            cells = table.column(name)
            if len(set(cells)) == len(cells) and "" not in cells:
                return name
    return None


def group_of(table, columns):
    """A column called an id whose values repeat: rows of one value belong together."""
    for name in columns:
        if is_id_name(name):
            values = set(table.column(name))
            if 10 <= len(values) < sum(1 for _ in table.rows()):
                return name
    return None


def split_test(agreement, answers):
    """
    Keeps a fifth of the training rows back as test rows, and makes the sample of what is asked for. Their answers are
    written to `answers["written"]`, outside of the folder; `answers["shown"]` is where it will lie.
    """
    train, targets = agreement.train, agreement.target
    rows = list(train.rows())
    if len(rows) < MIN_ROWS:
        raise Refused(f"{train.name}: {len(rows)} rows are too few to hold some back as test rows;"
                      f" at least {MIN_ROWS}, or a test table of your own, are needed")
    marked = marked_rows(train, rows, targets)
    train.left_out = {marked.column} if marked and marked.column else set()
    features = [name for name in train.header if name not in targets and name not in train.left_out]
    name, group = id_of(train, features), group_of(train, features)
    chosen = marked.places if marked else choose_rows(train, rows, targets, group)
    if not chosen:
        raise Refused(f"{train.name}: {targets[0]!r} has too few values to hold some back as test rows; bring a test table")
    counter = None if name else free_name("row", train.header)
    ids = [str(place + 1) if name is None else rows[place][train.header.index(name)] for place in chosen]
    kept = [train.header.index(column) for column in features]
    folder = os.path.dirname(train.path)
    texts.write(os.path.join(folder, "test.csv"), with_header(
        [train.header[place] for place in kept], ([rows[i][place] for place in kept] for i in chosen)))
    id_name = name or counter
    fill = sample_answer(train, rows, targets)
    texts.write(os.path.join(folder, "sample_submission.csv"),
                with_header([id_name, *targets], ([each, *fill] for each in ids)))
    places = [train.header.index(target) for target in targets]
    is_known = all(rows[i][place].strip() for i in chosen for place in places)
    if is_known:
        texts.write(answers["written"], with_header(
            [id_name, *targets], ([each, *(rows[i][p] for p in places)] for each, i in zip(ids, chosen))))
    taken = set(chosen)
    train.save(row for i, row in enumerate(rows) if i not in taken)
    train.raw = [column for column in train.header if column not in train.left_out]
    train.header, train.left_out = list(train.raw), set()
    train.cells, train.blank_columns, train.skips_blanks = {}, [], False
    agreement.changed = True
    whole = f", whole {group} together" if group and not marked else ""
    counts = f"; {counter} counts the rows of {train.name}" if counter else ""
    what = (f"{len(chosen)} of its {len(rows)} rows {marked.why} are the test rows" if marked
            else f"{len(chosen)} of its {len(rows)} rows are kept back as test rows{whole}")
    known = f"; the answers are in {answers['shown']}" if is_known else ""
    agreement.notes.line(f"there is only {train.name}: {what}, their {', '.join(targets)} is to be predicted{counts}{known}")


class Marked:
    """Test rows that a table tells by itself: their places, why they are, and the column that says so, or None."""

    def __init__(self, places, why, column=None):
        self.places, self.why, self.column = places, why, column


def marked_rows(table, rows, targets):
    """The test rows of a table that holds both: a column says so, or all rows behind the answered ones lack an answer."""
    for place, name in enumerate(table.header):
        if name in targets or folded(name) not in SETS:
            continue
        tests = [i for i, row in enumerate(rows) if row[place].strip().lower() in SETS[folded(name)][1]]
        trains = sum(row[place].strip().lower() in SETS[folded(name)][0] for row in rows)
        if tests and trains and len(tests) + trains == len(rows):
            return Marked(tests, f"whose {name} is {rows[tests[0]][place]!r}", name)
    places = [table.header.index(target) for target in targets]
    lacking = [i for i, row in enumerate(rows) if not any(row[place].strip() for place in places)]
    if len(lacking) >= OPEN_SHARE * len(rows) and len(lacking) < len(rows) and lacking[0] == len(rows) - len(lacking):
        return Marked(lacking, f"have no {', '.join(targets)} and")
    return None


def with_header(header, rows):
    yield header
    yield from rows


def free_name(name, taken):
    while name in taken:
        name += "_number"
    return name


def sample_answer(table, rows, targets):
    """One value for all rows of the sample: the commonest answer."""
    values = [[row[table.header.index(target)] for row in rows] for target in targets]
    filled = [[cell for cell in column if cell] for column in values]
    return [max(sorted(set(column)), key=column.count) if len(set(column)) <= 1000 and column else (column or [""])[0]
            for column in filled]


def choose_rows(table, rows, targets, group):
    """Places of the test rows, in order: whole groups, or a share of each class, or of all rows that have an answer."""
    draw = random.Random(SEED)
    places = [table.header.index(target) for target in targets]
    known = [i for i, row in enumerate(rows) if all(row[place].strip() for place in places)]
    if group is not None:
        place = table.header.index(group)
        groups = sorted({rows[i][place] for i in known})
        drawn = set(draw.sample(groups, max(1, round(TEST_SHARE * len(groups)))))
        return [i for i in known if rows[i][place] in drawn]
    classes = {}
    for i in known:
        classes.setdefault(rows[i][places[0]], []).append(i)
    strata = list(classes.values()) if len(classes) <= MAX_CLASSES else [known]
    return sorted(i for stratum in strata for i in draw.sample(stratum, round(TEST_SHARE * len(stratum))))


def make_sample(agreement):
    """A sample submission for a folder with train and test alone."""
    train, test = agreement.train, agreement.test
    targets = agreement.target
    only = [name for name in train.header if name not in test.header or name in test.left_out]
    if targets is None:
        usual = [name for name in train.header if is_target_name(name)]
        # Test tables that come with their answers.
        targets = only if len(only) == 1 else usual if not only and len(usual) == 1 else None
    if targets is None:
        return
    agreement.target = targets
    if not only:
        agreement.leave_out_target()
    kept = [name for name in test.header if name not in targets]
    name = id_of(test, kept)
    count = sum(1 for _ in test.rows())
    ids = [str(i) for i in range(count)] if name is None else test.column(name)
    header = name or free_name("row", train.header)
    fill = sample_answer(train, list(train.rows()), targets)
    path = "sample_submission.csv"
    texts.write(os.path.join(agreement.folder, path), with_header([header, *targets], ([each, *fill] for each in ids)))
    agreement.sample = Table(agreement.folder, path, exact=True)
    agreement.changed = True
    counts = "" if name else f", where {header} counts the rows of {test.name} from 0"
    agreement.notes.line(f"there is no sample submission: one is made of {header} and {', '.join(targets)}{counts}")
