# include: referee/dates.py


def dates_in(table, name):
    # The dates of a column, read as the harness reads them.
    return read_dates(table[name], DATE_FORMS.get(name))


def has_days(name):
    # Whether a column holds more than times of day.
    return DATE_FORMS.get(name) != "time-of-day"
