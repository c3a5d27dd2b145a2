"""What tools show of the training rows: the first rows of a file, and what its columns are like."""

import json
import os

import pandas as pd

SEPARATORS = {".tsv": "\t", ".tab": "\t"}


def at(name):
    path = os.path.normpath(os.path.join("input", name))
    if not path.startswith("input" + os.sep) or not os.path.isfile(path):
        raise FileNotFoundError(f"there is no file {name!r}; list_files names them")
    return path


def table_of(name, rows=None):
    """A table as texts where it is one, else None."""
    path = at(name)
    end = os.path.splitext(path)[1].lower()
    if end in (".csv", ".tsv", ".tab"):
        return pd.read_csv(path, sep=SEPARATORS.get(end, ","), dtype=str, keep_default_na=False, nrows=rows)
    if end in (".parquet", ".feather"):
        return (pd.read_parquet if end == ".parquet" else pd.read_feather)(path)
    if end in (".jsonl", ".ndjson"):
        return pd.read_json(path, lines=True, nrows=rows)
    return None


def cell(value):
    text = str(value)
    return text if len(text) <= 200 else text[:200] + f"… ({len(text)} characters)"


def preview(file, first, rows):
    """Rows of a table, or lines of a text."""
    table = table_of(file, first + rows)
    if table is not None:
        shown = table.iloc[first : first + rows]
        print(f"{file}: {len(table.columns)} columns")
        print(shown.map(cell).to_csv(index=False).rstrip())
        return
    with open(at(file), "rb") as content:
        head = content.read(200_000)
    if b"\0" in head:
        print(f"{file}: {os.path.getsize(at(file))} bytes that are no text")
        return
    lines = head.decode("utf-8", "replace").splitlines()
    print("\n".join(cell(line) for line in lines[first : first + rows]))


def profile(file, columns, target):
    """A line for each column: kind, missing, distinct values, range or commonest values, and what it has to do with the target."""
    table = table_of(file)
    if table is None:
        raise ValueError(f"{file} is no table; preview shows it")
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise KeyError(f"no column {missing[0]!r} in {file}")
    print(f"{file}: {len(table)} rows, {len(table.columns)} columns")
    answers = numbers(table[target]) if target in table.columns else None
    for name in (columns or list(table.columns))[:60]:
        print(line_of(name, table[name], None if name == target else answers))


def numbers(column):
    found = pd.to_numeric(column.replace("", None), errors="coerce")
    return found if found.notna().sum() >= 0.9 * (column.astype(str) != "").sum() else None


def line_of(name, column, answers):
    blank = column.isna() | (column.astype(str) == "")
    parts = [f"{blank.mean():.1%} missing", f"{column[~blank].nunique()} distinct"]
    values = numbers(column)
    if values is not None and values.notna().any():
        low, mid, high = values.quantile([0, 0.5, 1])
        parts.append(f"from {low:g} over {mid:g} to {high:g}, mean {values.mean():g}, deviation {values.std():g}")
        if answers is not None and values.std() > 0 and answers.std() > 0:
            parts.append(f"correlation with the target {values.corr(answers):.3f}")
    else:
        common = column[~blank].astype(str).value_counts().head(5)
        parts.append("commonest " + ", ".join(f"{json.dumps(cell(value), ensure_ascii=False)} {count}x" for value, count in common.items()))
    return f"{json.dumps(str(name), ensure_ascii=False)}: " + "; ".join(parts)
