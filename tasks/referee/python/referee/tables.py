"""CSV files as text: values are never reinterpreted, so `None`, `01` and `1e3` survive as they stand."""

import csv
import os
import sys

from referee.errors import Invalid

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
# One modification time for everything that is written (2020-01-01 UTC), so that no time gives a row's part away.
FIXED_TIME = 1_577_836_800


def rows(path):
    """Yields the header, then each record, as lists of text; blank lines are skipped as pandas does.

    Raises `Invalid` for an empty or torn table and for what is not UTF-8.
    """
    name = os.path.basename(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, None)
            if not header:
                raise Invalid(f"{name} is empty: expected a header line")
            yield header
            for record in reader:
                if not record:
                    continue
                if len(record) != len(header):
                    raise Invalid(
                        f"{name}: line {reader.line_num} has {len(record)} fields,"
                        f" the header has {len(header)}"
                    )
                yield record
    except UnicodeDecodeError as error:
        raise Invalid(f"{name} is not UTF-8 text ({error.reason} at byte {error.start})") from error
    except csv.Error as error:
        raise Invalid(f"{name} is not a CSV file: {error}") from error


def read_header(path):
    """The first record of a CSV file."""
    records = rows(path)
    try:
        return next(records)
    finally:
        records.close()


def read_columns(path, names):
    """The named columns as lists of text, and the number of records."""
    records = rows(path)
    header = next(records)
    places = [header.index(name) for name in names]
    columns = {name: [] for name in names}
    appends = [columns[name].append for name in names]
    pairs = list(zip(appends, places))
    count = 0
    for record in records:
        count += 1
        for append, place in pairs:
            append(record[place])
    return columns, count


def write(path, header, records):
    """Writes a table; a field with a carriage return is quoted in every Python version."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        plain = csv.writer(file, lineterminator="\n")
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        plain.writerow(header)
        for record in records:
            (quoted if "\r" in "".join(record) else plain).writerow(record)
    make_read_only(path)


def make_read_only(path):
    """Read-only, with the fixed time of modification."""
    os.chmod(path, 0o444)
    os.utime(path, (FIXED_TIME, FIXED_TIME))
