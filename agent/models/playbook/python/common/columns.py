import re


def shared(names):
    return [c for c in names if c in train.columns and c in test.columns and c not in TARGETS]


def is_unseen_group(name):
    return name == GROUP and test[name].isin(train[name]).mean() < 0.5


# What later sections write behind the name of a column for what they make of it.
MADE_OF = re.compile(
    r"count|form|form count|number \d+|length|words|letters|capitals|digits|parts|head|bin|is missing|(mean|topic) \d+|"
    r"(by|over its|with|/|-|read|has|days from) .+|elapsed|year|month|day|weekday|day of year|time of day|(year|day) (sin|cos)|"
    r"punctuation|exclamations|questions|lines|links|word length|different words",
    re.DOTALL,
)


def feature_name(name, names):
    # A column that is called like what is made of another one is told from it.
    rests = [name[i + 1 :] for i, letter in enumerate(name) if letter == " " and name[:i] in names]
    clashes = name in ("row", "gaps in row") or name.startswith("place ") or any(MADE_OF.fullmatch(rest) for rest in rests)
    return f"{name} (own)" if clashes else name


# All at once, as there may be thousands.
numeric = list(dict.fromkeys(shared(NUMERIC)))
read = [t[numeric].apply(pd.to_numeric, errors="coerce").astype(float) for t in (train, test)]
are_words = read[0].notna().sum() < 0.9 * train[numeric].notna().sum()
words = [name for name in numeric if are_words[name]]
are_same = (read[0].min() == read[0].max()) & read[0].notna().all() | read[0].isna().all()
numeric = [name for name in numeric if not (are_words[name] or are_same[name] or is_unseen_group(name))]
read = [table.replace([np.inf, -np.inf], np.nan) for table in read]
made = {name: [table[name] for table in read] for name in numeric}
for name in shared(CATEGORICAL) + words:
    both = [t[name].astype(object).where(t[name].notna(), "(missing)").astype(str) for t in (train, test)]
    levels = both[0].nunique()
    if levels < 2 or is_unseen_group(name) or levels > max(20, 0.9 * len(train)):
        continue
    kinds = pd.CategoricalDtype(sorted(set(both[0])))
    made[name] = [c.astype(kinds) for c in both]
# Put together at once: thousands of columns added one by one would take minutes.
called = {name: feature_name(name, made) for name in made}
X = pd.DataFrame({called[name]: both[0] for name, both in made.items()}, index=train.index)
X_test = pd.DataFrame({called[name]: both[1] for name, both in made.items()}, index=test.index)
sizes = {}, {}
for name in shared(TEXT):
    for table, found in zip((train, test), sizes):
        text = table[name].fillna("").astype(str)
        found[f"{name} length"] = text.str.len().astype(float)
        found[f"{name} words"] = text.str.split().str.len().astype(float)
X, X_test = put_beside(X, X_test, *sizes)
if X.shape[1] == 0:
    # Nothing to learn from yet: a column that says nothing keeps the tables two-dimensional.
    X["row"], X_test["row"] = 0.0, 0.0
predictions, ENCODED = {}, {}
