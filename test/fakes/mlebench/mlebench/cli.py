import os
import sys


def main():
    arguments = sys.argv[1:]
    name = arguments[arguments.index("-c") + 1]
    home = os.path.join(arguments[arguments.index("--data-dir") + 1], name)
    with open(os.path.join(home, f"{name}.zip")) as file:
        if file.read() == "asks":
            input("Have you accepted the rules? ")
    for part in ("public", "private"):
        os.makedirs(os.path.join(home, "prepared", part))
        with open(os.path.join(home, "prepared", part, "test.csv"), "w") as file:
            file.write("id\n1\n")
