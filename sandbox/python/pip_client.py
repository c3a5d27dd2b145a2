"""Pip as the installer needs it: what it installs from, what it says, what its index has."""

import json
import os
import platform
import re
import subprocess
import sys

from pip._vendor.packaging.requirements import Requirement


def say(line):
    print(line, flush=True)


class Pip:
    def __init__(self, options):
        # Wheels only: compiling a package from source takes minutes and needs a toolchain.
        self.source = ["--only-binary", ":all:"]
        if options.wheels:
            self.source += ["--no-index", "--find-links", options.wheels]
        self.wheels = options.wheels
        self.lock = options.lock
        self.log = options.log

    def run(self, *arguments):
        """Exit code and output of one pip command; large downloads are reported as they happen."""
        argv = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", "--retries", "2"]
        lines = []
        with open(self.log, "a", encoding="utf-8") as log:
            child = subprocess.Popen(
                [*argv, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
            for line in child.stdout:
                log.write(line)
                lines.append(line.strip())
                found = re.match(r"\s*Downloading (?:\S*/)?([^/\s]+?)-\S*\.whl \((.+ MB)\)", line)
                if found:
                    say(f"downloading {found[1]} ({found[2]})")
        return child.wait(), lines

    def install(self, *names):
        """None when it worked, else the reason in one line."""
        # Compiling everything takes half of the time; the import check compiles what is used.
        flags = ["--no-compile", "--progress-bar", "off", "--constraint", self.lock_without(names)]
        code, lines = self.run("install", *flags, *self.source, *names)
        if code == 0:
            return None
        # What pip says last of a version that it cannot find is only where to read more.
        errors = [line for line in lines if re.match(r"ERROR: (?!ResolutionImpossible)", line)]
        # Pip calls it a conflict when the version that the lock names is not to be had.
        alone = re.match(r"ERROR: Cannot install (\S+==\S+) because", errors[-1] if errors else "")
        if alone:
            where = "the folder of wheels" if self.wheels else "the package index"
            return f"{where} has no {alone[1]} for Python {platform.python_version()} on this platform"
        return (errors[-1][7:] if errors else f"pip ended with exit code {code}")[:400]

    def lock_without(self, names):
        """The lock, or one that leaves a build without CUDA free: it is of an older version than the one with."""
        free = {name.split("==")[0] for name in names if name.endswith("+cpu")}
        if not free:
            return self.lock
        with open(self.lock, encoding="utf-8") as file:
            kept = [line for line in file if line.split("==")[0] not in free]
        path = f"{self.log}.lock"
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(kept)
        return path

    def lacks_wheel(self, name):
        """Whether a folder of wheels is all there is, and has none of this package."""
        if not self.wheels:
            return False
        start = name.replace("-", "_").lower() + "-"
        return not any(each.lower().startswith(start) for each in os.listdir(self.wheels))

    def versions(self, name):
        """Every version the index offers, newest first."""
        _, lines = self.run("index", "versions", name, *self.source)
        found = [line for line in lines if line.startswith("Available versions:")]
        return [each.strip() for each in found[0].split(":", 1)[1].split(",")] if found else []

    def needs_cuda(self, requirement):
        """Whether the newest build of a package would pull in CUDA libraries on this platform."""
        report = f"{self.log}.report"
        code, _ = self.run(
            *("install", "--dry-run", "--ignore-installed", "--no-deps", "--report", report),
            *self.source,
            requirement,
        )
        if code != 0:
            return False  # The installation itself will say why.
        with open(report, encoding="utf-8") as file:
            metadata = json.load(file)["install"][0]["metadata"]
        os.remove(report)
        wanted = [Requirement(each) for each in metadata.get("requires_dist", [])]
        here = [each for each in wanted if not each.marker or each.marker.evaluate({"extra": ""})]
        return any(re.match(r"(nvidia|cuda)-", each.name) for each in here)
