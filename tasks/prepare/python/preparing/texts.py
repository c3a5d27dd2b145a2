"""Tables as text in any usual form: which encoding, which separator, decimal commas; written as plain CSV."""

import codecs
import csv
import io
import os
import re
import sys
from itertools import islice

from edges import End, is_total, sums_up, title_lines
from errors import Refused

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
HEAD = 1 << 18
# Records by which decimal commas are known.
PROBED = 20_000
SEPARATORS = ",;\t|"
BLANKS = " \t\r\n\ufeff"
SPOKEN = {" ": "blanks", ";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
BOMS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]
DECIMAL = re.compile(r"-?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?:[eE][+-]?\d+)?")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# Fewer lines have as many words by chance.
FEW = 5
MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "?"}
REPAIR = "mostly-utf-8"


def repaired(error):
    """A stray byte in UTF-8 text is read as Windows writes it."""
    byte = error.object[error.start : error.start + 1]
    return byte.decode("cp1252", "replace").replace("\ufffd", byte.decode("latin-1")), error.start + 1


codecs.register_error(REPAIR, repaired)


class Encoding:
    """How a file's bytes are read: `name`, `errors`, and what a person calls it (None where it is plain UTF-8)."""

    def __init__(self, name, spoken, errors="strict"):
        self.name, self.spoken, self.errors = name, spoken, errors


def encoding_of(path, shown):
    """Finds out the encoding of a table. Raises `Refused` for what is no text."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
    for bom, name in BOMS:
        if head.startswith(bom):
            return Encoding(name, {"utf-8-sig": "UTF-8 with a byte order mark"}.get(name, name.upper()))
    if b"\0" in head:
        return without_bom(head, shown)
    good, bad, first = count_characters(path)
    if not bad:
        return Encoding("utf-8", None)
    if good > bad:
        return Encoding("utf-8", f"UTF-8 but for {bad} bytes (the first on line {first}), which are read as Windows-1252",
                        REPAIR)
    refuse_other_script(head, shown)
    return Encoding("cp1252", "Latin-1 (Windows-1252)", "replace")


def refuse_other_script(head, shown):
    """No text of western Europe has four letters with marks in a row, or bytes without a letter: it is of another script."""
    text = head.decode("latin-1")
    strange = re.search("[\x81\x8d\x8f\x90\x9d]", text) or re.search("[\xc0-\xd6\xd8-\xf6\xf8-\xff]{4}", text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        raise Refused(f"{shown}:{line}: the text is neither UTF-8 nor Latin-1 (its bytes {strange.group().encode('latin-1').hex(' ')}"
                      " are of another script); save the table as UTF-8")


def without_bom(head, shown):
    """UTF-16 shows by its zero bytes, every second one in most texts."""
    for name, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        half = head[start::2]
        if half.count(0) > 0.3 * len(half) and head[1 - start :: 2].count(0) < 0.1 * len(half):
            return Encoding(name, "UTF-16")
    raise Refused(f"{shown}: this is a binary file, no table; write it as CSV")


def count_characters(path):
    """Characters of several bytes, bytes that are of no character, and the line of the first of these."""
    good = bad = line = 0
    first = None
    with open(path, "rb") as file:
        for row in file:
            line += 1
            if row.isascii():
                continue
            try:
                good += sum(1 for letter in row.decode() if letter > "\x7f")
            except UnicodeDecodeError:
                text = row.decode("utf-8", "surrogateescape")
                strange = sum(1 for letter in text if "\udc80" <= letter <= "\udcff")
                good += sum(1 for letter in text if letter > "\x7f") - strange
                bad += strange
                first = first or line
    return good, bad, first


def opened(path, encoding):
    """The file as text with its line ends."""
    return open(path, encoding=encoding.name, errors=encoding.errors, newline="")


class Preface:
    """What stands before the header: `lines` of it, and the separator that `sep=;` names, or None."""

    def __init__(self, head):
        self.lines, self.separator = 0, None
        lines = head.splitlines()
        named = re.fullmatch(r'"?sep=(.)"?', lines[0].strip(BLANKS)) if lines else None
        if named:
            self.lines, self.separator = 1, named.group(1)
        elif any(line[:1] not in ("#", "") for line in lines):
            first = next(i for i, line in enumerate(lines) if line[:1] not in ("#", ""))
            # The last of them may be the header: then it has as many fields as the line behind it.
            is_header = first > 0 and fields_of(lines[first - 1]) == fields_of(lines[first]) and lines[first - 1] != ""
            self.lines = first - 1 if is_header else first
        self.titles = title_lines(lines[self.lines:], SEPARATORS)
        self.lines += self.titles

    def skip(self, file):
        for _ in range(self.lines):
            file.readline()


def fields_of(line):
    return max(line.count(separator) for separator in SEPARATORS) + 1


def preface_of(path, encoding):
    with opened(path, encoding) as file:
        return Preface(file.read(HEAD))


def separator_of(path, encoding, preface, shown):
    """What stands between the columns: what gives every record the same number of fields, the more the better."""
    if preface.separator in (*SEPARATORS,):
        return preface.separator
    try:
        with opened(path, encoding) as file:
            preface.skip(file)
            head = file.read(HEAD)
            whole = not file.read(1)
    except UnicodeError as error:
        raise Refused(f"{shown}: cannot be read as {encoding.spoken} ({error}); save it as UTF-8") from error
    best, most, named = ",", 1, {}
    for separator in SEPARATORS:
        records = [record for record in safe_records(head, separator) if record]
        records = records if whole else records[:-1]
        count = len(records[0]) if records else 0
        same = sum(len(record) == count for record in records)
        named[separator] = count
        if count > most and same >= 0.95 * len(records):
            best, most = separator, count
    if max(named.values()) == 1 and is_blank_separated(head.splitlines() if whole else head.splitlines()[:-1]):
        return " "
    # Where records are torn, the header decides, and the torn one is named when it is read.
    return best if most > 1 else max(SEPARATORS, key=lambda each: named[each])


def is_blank_separated(lines):
    """Whether each line has as many words as the first, and all but that one have numbers among them."""
    words = [line.split() for line in lines if line.strip()]
    count = len(words[0]) if words else 0
    return count > 1 and len(words) > FEW and all(
        len(each) == count and any(DECIMAL.fullmatch(word) or NUMBER.fullmatch(word) for word in each) for each in words[1:])


def without_runs(lines):
    """Lines with one blank between words."""
    return (" ".join(line.split()) + "\n" for line in lines)


def safe_records(text, separator):
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return []


class Form:
    """
    How the records of a table deviate from one field for each name. `more`: "last" where every row has one field more
    than the header, which is empty; "first" where that field names the row, as R writes it. `empty`: rows at the end
    that hold nothing but separators, as spreadsheets write them; `remarks`: what stands behind the last row, and
    `total` a last row that sums the others up, as its line and first cell; `kept`: the records before all those.
    """

    def __init__(self, path, encoding, separator, preface, shown):
        self.more, self.kept, self.empty, self.total = None, 0, 0, None
        records = all_records(path, encoding, separator, preface, shown)
        _, header = next(records, (0, None))
        end, lengths, is_last, last, count, doubtful = End(len(header or [])), set(), True, None, 0, 0
        for count, (line, record) in enumerate(records, 2):
            if len(record) > 1 and not any(record):
                self.empty += 1
            elif end.takes(record):
                doubtful = count
            else:
                self.kept, self.empty, last = count, 0, (line, record)
                lengths.add(len(record))
                is_last = is_last and record[-1] == ""
        self.remarks = end.remarks
        self.kept = max(self.kept, 1 if header else 0, 0 if self.remarks else doubtful)
        if header is not None and lengths == {len(header) + 1}:
            self.more = "last" if is_last else "first"
        if last and lengths == {len(header)} and is_total(last[1]):
            above = islice(all_records(path, encoding, separator, preface, shown), 1, self.kept - 1)
            if sums_up(last[1], (record for _, record in above)):
                self.total, self.kept = (last[0], next(filter(None, last[1]))), self.kept - 1

    def fit(self, record, is_header):
        if self.more == "last" and not is_header:
            return record[:-1]
        return ["", *record] if self.more == "first" and is_header else record


def all_records(path, encoding, separator, preface, shown):
    """(line, record) of a table, header first."""
    with opened(path, encoding) as file:
        preface.skip(file)
        reader = csv.reader(without_runs(file) if separator == " " else file, delimiter=separator)
        try:
            for record in reader:
                if record:
                    yield reader.line_num + preface.lines, record
        except csv.Error as error:
            raise Refused(f"{shown}:{reader.line_num + preface.lines}: {error}; save the table as CSV") from error
        except UnicodeError as error:
            raise Refused(f"{shown}: cannot be read as {encoding.spoken} ({error}); save it as UTF-8") from error


def records_of(path, encoding, separator, preface, form, shown):
    """The records of a table in its form, header first; one of another length is refused with its line."""
    header = None
    for line, record in islice(all_records(path, encoding, separator, preface, shown), form.kept):
        record = form.fit(record, header is None)
        header = header or record
        if len(record) != len(header):
            raise Refused(f"{shown}:{line}: {len(record)} fields, but the header names"
                          f" {len(header)}; mend this line")
        yield record


def decimal_columns(records):
    """Places of the columns whose numbers have a decimal comma, by the first records."""
    header = next(records, [])
    numbers, commas = [True] * len(header), [False] * len(header)
    for record in islice(records, PROBED):
        for place, cell in enumerate(record):
            text = cell.strip()
            if not numbers[place] or text.lower() in MISSING:
                continue
            if DECIMAL.fullmatch(text) is None:
                numbers[place] = False
            elif "," in text:
                commas[place] = True
    return {place for place, both in enumerate(zip(numbers, commas)) if all(both)}


def plain_number(cell):
    """A number with a decimal comma as every program reads it."""
    if "," not in cell and "." not in cell:
        return cell
    text = cell.strip()
    return text.replace(".", "").replace(",", ".") if DECIMAL.fullmatch(text) else cell


def convert(path, target, shown, notes):
    """
    Writes a table as UTF-8 with commas; false where it is that already, and nothing is written. What was found is
    added to `notes` (a `notes.Notes`).
    """
    encoding = encoding_of(path, shown)
    preface = preface_of(path, encoding)
    separator = separator_of(path, encoding, preface, shown)
    form = Form(path, encoding, separator, preface, shown)
    odd = [encoding.spoken, preface.lines, form.more, form.empty, form.remarks, form.total]
    if not any(odd) and separator == "," and not has_bare_returns(path):
        return False
    decimals = set()
    if preface.lines:
        notes.add(f"{counted(preface.lines, 'line')} left out before the header", shown)
    if form.more == "last":
        notes.add("a separator at the end of every row is left out", shown)
    if form.empty:
        notes.add(f"{counted(form.empty, 'row')} left out for want of any value", shown)
    if form.remarks:
        notes.add(f"{counted(len(form.remarks), 'line')} left out behind the last row ({form.remarks[0][:60]!r})", shown)
    if form.total:
        notes.add(f"line {form.total[0]} ({form.total[1]!r}) sums the rows above it up and is left out", shown)
    if separator != ",":
        notes.add(f"columns are separated by {SPOKEN[separator]}", shown)
        decimals = decimal_columns(records_of(path, encoding, separator, preface, form, shown))
    if encoding.spoken is not None:
        notes.add(f"the encoding is {encoding.spoken}", shown)
    if decimals:
        notes.add("numbers have a decimal comma, and are read with a point", shown)

    def records():
        for number, record in enumerate(records_of(path, encoding, separator, preface, form, shown)):
            if number:
                for place in decimals:
                    record[place] = plain_number(record[place])
            yield record

    write(target, records())
    return True


def counted(number, what):
    return f"1 {what} is" if number == 1 else f"{number} {what}s are"


def has_bare_returns(path):
    """Whether lines end as on old computers, which few programs read."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
    return b"\r" in head and b"\n" not in head


def write(target, records):
    """A plain table."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w", encoding="utf-8", newline="") as file:
        plain = csv.writer(file, lineterminator="\n")
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for record in records:
            # Only some versions of Python quote a carriage return; an empty line is read as no record at all.
            (quoted if record == [""] or any("\r" in cell for cell in record) else plain).writerow(record)
