"""Dates as people write them, read alike by the referee, the profile and the playbook's scripts.

`tasks/tables/dates.ts` decides the form of each column and reads the same patterns.
"""

import re
from datetime import date, timedelta

import numpy as np
import pandas as pd

MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()
DATE_NAME = (r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
             r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?")
DATE_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? +)?"
DATE_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d+)?))?(?: ?(?P<half>[ap])\.?m\.?)?"
DATE_ZONE = r"(?: ?(?P<zone>z|[a-z]{3,4}|(?:utc|gmt)?[+-]\d{2}(?::?\d{2})?))?"
DATE_CLOCK = rf"(?:(?:t|,? +|:){DATE_TIME}{DATE_ZONE})?"
DATE_YEAR = r"(?P<year>\d{4}|\d{2})"
DATE_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
DATE_WEEK = r"(?:w|wk|week|kw)"
DATE_PATTERNS = [re.compile(pattern, re.IGNORECASE | re.ASCII) for pattern in (
    rf"(?P<year>\d{{4}})(?P<mark>[-/. ])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){DATE_CLOCK}",
    rf"(?P<first>\d{{1,2}})(?P<mark>[-/. ])(?P<other>\d{{1,2}})(?P=mark)(?P<last>\d{{4}}|\d{{2}}){DATE_CLOCK}",
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})",
    r"(?P<month>\d{1,2})[-/](?P<year>\d{4})",
    rf"{DATE_WEEKDAY}{DATE_DAY}[-/. ,]*(?:of )?{DATE_NAME}[-/. ,']*{DATE_YEAR}{DATE_CLOCK}",
    rf"{DATE_WEEKDAY}{DATE_NAME}[-/. ]*{DATE_DAY}[-/., ]+{DATE_YEAR}{DATE_CLOCK}",
    rf"{DATE_WEEKDAY}{DATE_NAME} +{DATE_DAY} +{DATE_TIME}{DATE_ZONE} +(?P<year>\d{{4}})",
    rf"(?P<year>\d{{4}})[-/. ]?{DATE_NAME}(?:[-/. ]{DATE_DAY}{DATE_CLOCK})?",
    rf"{DATE_NAME}[-/. ,']*{DATE_YEAR}",
    rf"(?P<year>\d{{4}})[-/ ]*{DATE_WEEK}[-/ ]*(?P<week>\d{{1,2}})(?:-(?P<weekday>[1-7]))?",
    rf"{DATE_WEEK}[-/ ]*(?P<week>\d{{1,2}})[-/ ,]+(?P<year>\d{{4}})",
    r"(?P<year>\d{4})[-/ ]*q(?P<quarter>[1-4])",
    rf"q(?P<quarter>[1-4])[-/ ,']*{DATE_YEAR}",
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:[t ]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?z?)?(?:\.0)?",
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?:\.0)?",
    DATE_TIME,
)]
# Minutes east of UTC of zones that are written by name; others count as UTC.
DATE_ZONES = {"est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
              "bst": 60, "cet": 60, "cest": 120, "eet": 120, "eest": 180}
# Plain numbers that count from 1970, in microseconds.
DATE_UNITS = {"seconds": 1e6, "milliseconds": 1e3, "microseconds": 1.0, "nanoseconds": 1e-3}
# Where more of them differ, those in a plain format are read at once: cell by cell takes seconds in wide and long tables.
MANY_DATES = 100
# What is read alike cell by cell and at once.
DATE_PLAIN = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?", re.ASCII)
DATE_ORDERS = {"day-first": ("day", "month", "year"), "short-year-first": ("year", "month", "day")}


def day_of(parts):
    """The day that the parts of a date name, counted from 1970; raises `ValueError` where there is none."""
    text = parts.get("year")
    if text is None:
        return 0
    year = int(text)
    if len(text) == 2:  # 1969 to 2068, as POSIX has it
        year += 2000 if year < 69 else 1900
    if parts.get("week"):
        if not 1 <= int(parts["week"]) <= 53:
            raise ValueError("no such week")
        fourth = date(year, 1, 4)
        monday = fourth - timedelta(days=fourth.weekday())
        found = monday + timedelta(weeks=int(parts["week"]) - 1, days=int(parts.get("weekday") or 1) - 1)
    else:
        month = parts.get("month") or 3 * int(parts.get("quarter") or 1) - 2
        if parts.get("name"):
            month = MONTH_NAMES.index(parts["name"][:3].lower()) + 1
        found = date(year, int(month), int(parts.get("day") or 1))
    return (found - date(1970, 1, 1)).days


def clock_of(parts):
    """Microseconds since midnight UTC; raises `ValueError` where there is no such time of day."""
    hour, minute = int(parts.get("hour") or 0), int(parts.get("minute") or 0)
    second = float((parts.get("second") or "0").replace(",", "."))
    if hour > 23 or minute > 59 or second >= 60:
        raise ValueError("no such time")
    if parts.get("half"):
        hour = hour % 12 + (12 if parts["half"] in "pP" else 0)
    zone = (parts.get("zone") or "").lower()
    offset = re.search(r"([+-])(\d{2}):?(\d{2})?$", zone)
    east = DATE_ZONES.get(zone, 0)
    if offset:
        east = (int(offset[2]) * 60 + int(offset[3] or 0)) * (-1 if offset[1] == "-" else 1)
    return round((((hour * 60 + minute) - east) * 60 + second) * 1e6)


def read_date(text, form):
    """Microseconds since 1970 (UTC) of one cell; None where it is no date."""
    text = text.strip()
    unit = DATE_UNITS.get(form)
    for pattern in () if unit else DATE_PATTERNS:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        parts = found.groupdict()
        if parts.get("first"):
            is_brief = len(parts["last"]) == 2 and parts["mark"] in ". " and len(parts["first"] + parts["other"]) < 4
            if is_brief and not parts.get("hour"):
                continue  # 1.2.21 is a version rather than a date, unless a time of day follows
            order = DATE_ORDERS.get(form, ("month", "day", "year"))
            parts.update(zip(order, (parts["first"], parts["other"], parts["last"])))
        try:
            return day_of(parts) * 86_400_000_000 + clock_of(parts)
        except (ValueError, OverflowError):
            continue
    try:
        value = float(text) * unit if unit else np.nan
    except ValueError:
        return None
    return round(value) if abs(value) < 2e17 else None


def read_plain(texts, form):
    """Most cells of a long column at once, those of one plain format; NaT for the others. `texts`: pd.Series."""
    mark = next((re.sub(r"\d", "", text)[:1] for text in texts if text), "")
    day = {"day-first": f"%d{mark}%m{mark}%Y", "month-first": f"%m{mark}%d{mark}%Y"}.get(form)
    formats = [day, f"{day} %H:%M", f"{day} %H:%M:%S"] if day else ["ISO8601"] if form == "year-first" else []
    found = pd.Series(np.datetime64("NaT", "us"), index=texts.index)
    if form == "year-first":
        texts = texts[[DATE_PLAIN.fullmatch(text) is not None for text in texts]]
    for each in formats:
        rest = texts[found[texts.index].isna()]
        if len(rest):
            moments = pd.to_datetime(rest, format=each, errors="coerce", utc=True)
            found[rest.index] = moments.dt.tz_localize(None).astype("datetime64[us]")
    return found


def read_dates(cells, form):
    """A column as dates (UTC), pd.Series of datetime64[us]; NaT for what is none. `form`: how the column writes them."""
    texts = pd.Series(cells).astype(object)
    codes, values = pd.factorize(texts.where(texts.notna(), ""))
    values = pd.Series([str(value) for value in values], dtype=object)
    found = read_plain(values, form) if len(values) > MANY_DATES else pd.Series(np.datetime64("NaT", "us"), index=values.index)
    none = np.iinfo(np.int64).min  # NaT
    own = [read_date(value, form) for value in values[found.isna()]]
    moments = found.to_numpy().astype("datetime64[us]").view("int64").copy()
    moments[found.isna().to_numpy()] = [none if each is None else each for each in own]
    return pd.Series(moments[codes].view("datetime64[us]"), index=texts.index)
