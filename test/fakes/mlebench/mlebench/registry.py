from pathlib import Path


class InvalidSubmissionError(Exception):
    pass


def share_of_hits(submission, answers):
    if list(submission.columns) != list(answers.columns) or len(submission) != len(answers):
        raise InvalidSubmissionError("columns or rows differ")
    if len(submission.columns) > 2:
        return 1 - float((submission.iloc[:, 1:] - answers.iloc[:, 1:]).abs().to_numpy().mean())
    column = answers.columns[-1]
    both = answers.merge(submission, on=answers.columns[0], suffixes=("", "_given"))
    if "nan" in set(submission[column].astype(str)):
        return float("nan")
    return float((both[column].astype(str) == both[f"{column}_given"].astype(str)).mean())


class Grader:
    def __call__(self, submission, answers):
        print("graded")  # Noise on standard output, as graders make it.
        try:
            return round(share_of_hits(submission, answers), 5)
        except Exception:
            return None


class Competition:
    def __init__(self, data_dir, name):
        self.id = name
        self.grader = Grader()
        folder = data_dir / name / "prepared" / "private"
        self.answers = next((folder / each for each in ("test.csv", "answers.csv") if (folder / each).is_file()), None)
        # In the package, as upstream has it, not beside the data.
        self.leaderboard = Path(__file__).parent / "competitions" / name / "leaderboard.csv"


class Registry:
    def __init__(self, data_dir=None):
        self.data_dir = data_dir

    def set_data_dir(self, data_dir):
        return Registry(data_dir)

    def get_competition(self, name):
        return Competition(self.data_dir, name)


registry = Registry()
