"""Tables that are no text: Parquet and Feather; and records as JSON. Their rows as lists of text, header first."""

import json
import re

from errors import Refused

SUFFIX = re.compile(r"\.(parquet|pq|feather|arrow|jsonl|ndjson|json)$", re.I)
BATCH = 50_000


def records_of(path, shown):
    """Header and rows of such a table. Raises `Refused`."""
    suffix = SUFFIX.search(shown).group(1).lower()
    if suffix in ("parquet", "pq", "feather", "arrow"):
        return arrow_records(path, shown, suffix)
    return json_records(path, shown, suffix)


def arrow_records(path, shown, suffix):
    """Rows by way of pyarrow, a batch at a time."""
    try:
        import pyarrow
        from pyarrow import feather, parquet
    except ImportError:
        raise Refused(f"{shown}: reading it needs the Python package pyarrow, which is not installed;"
                      " write the table as CSV") from None
    try:
        if suffix in ("parquet", "pq"):
            table = parquet.ParquetFile(path)
            schema, batches = table.schema_arrow, lambda: table.iter_batches(BATCH)
        else:
            whole = feather.read_table(path)
            schema, batches = whole.schema, lambda: whole.to_batches(BATCH)
        yield list(schema.names)
        midnight = only_midnight(batches, schema)
        for batch in batches():
            columns = [text_cells(column, name in midnight)
                       for name, column in zip(schema.names, batch.columns)]
            yield from (list(row) for row in zip(*columns))
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise Refused(f"{shown}: cannot be read ({str(error).splitlines()[0]}); write the table as CSV") from error


def only_midnight(batches, schema):
    """Columns of moments that are days, and are written as such."""
    import pyarrow

    names = {field.name for field in schema if pyarrow.types.is_timestamp(field.type)}
    if names:
        for batch in batches():
            for name in list(names):
                cells = batch.column(schema.names.index(name)).to_pylist()
                if any(cell is not None and cell.time() != type(cell.time())() for cell in cells):
                    names.discard(name)
    return names


def text_cells(column, days):
    """The cells of one column as text."""
    return [text_of(cell.date() if days and cell is not None else cell) for cell in column.to_pylist()]


def text_of(value):
    """One cell as text: missing is empty, and a number is written so that reading gives it back."""
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def json_records(path, shown, suffix):
    """Rows of JSON records, one a line or in one array; the header has every key that occurs."""
    def read():
        if suffix == "json":
            with open(path, encoding="utf-8-sig") as file:
                found = json.load(file)
            yield from enumerate(found if isinstance(found, list) else [], 1)
            return
        with open(path, encoding="utf-8-sig") as file:
            for line, text in enumerate(file, 1):
                if text.strip():
                    yield line, json.loads(text)

    line, header = 0, {}
    try:
        for line, record in read():
            if not isinstance(record, dict):
                raise Refused(f"{shown}:{line}: {str(record)[:40]!r} is no record with names"
                              ' ({"name": value, …}); write the table as CSV')
            header.update(dict.fromkeys(record))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{shown}:{line + 1}: no valid JSON ({error}); mend it, or write the table as CSV") from error
    if not header:
        raise Refused(f"{shown}: holds no records; write the table as CSV")
    yield list(header)
    for _, record in read():
        yield [text_of(record.get(name)) for name in header]
