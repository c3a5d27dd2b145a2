from mlebench.utils import read_csv


def get_leaderboard(competition):
    assert competition.leaderboard.exists(), "Leaderboard not found locally"
    return read_csv(competition.leaderboard)
