"""Fills a Python environment: the core must install, each extra is taken where the index has it.

Run by the interpreter of the environment it fills: on the host by `sandbox/environment/python-environment.ts`,
in the image by the Dockerfile. Progress goes to standard output line by line, the outcome to --result.
"""

import argparse
import compileall
import glob
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import sysconfig

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.version import Version

from pip_client import Pip, say

# What is imported to prove that a package works; its bytecode is written on the way.
MODULES = {
    "pandas": "pandas,pandas.io.parsers",
    "scipy": "scipy.sparse,scipy.stats,scipy.optimize",
    "scikit-learn": "sklearn.ensemble,sklearn.linear_model,sklearn.model_selection,"
    "sklearn.preprocessing,sklearn.compose,sklearn.pipeline,sklearn.impute,sklearn.metrics,"
    "sklearn.feature_extraction.text,sklearn.decomposition,sklearn.neighbors,sklearn.svm",
    "scikit-image": "skimage.feature,skimage.transform",
    "pillow": "PIL.Image",
    "xgboost-cpu": "xgboost",
    "category-encoders": "category_encoders",
    "sentence-transformers": "sentence_transformers",
    "huggingface-hub": "huggingface_hub",
}


def requirements(path):
    """The requirements of a file whose markers hold here."""
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    parsed = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return [each for each in parsed if each.marker is None or each.marker.evaluate()]


def plain(requirement):
    return f"{requirement.name}{requirement.specifier}"


def choose_build(pip, requirement, gpu):
    """What to ask pip for, and why not where there is nothing to ask for."""
    if pip.lacks_wheel(requirement.name):
        return None, "no wheel of it was given"
    if gpu or requirement.name not in ("torch", "torchvision"):
        return plain(requirement), None
    for version in pip.versions(requirement.name):
        if version.endswith("+cpu") and not is_newer(version, requirement):
            return f"{requirement.name}=={version}", None
    if pip.needs_cuda(plain(requirement)):
        return None, "the index has only builds with CUDA libraries, and this machine has no GPU"
    return plain(requirement), None


def is_newer(version, requirement):
    """Whether a version is newer than the pinned one; a build without CUDA may lag behind."""
    return any(Version(version) > Version(f"{pin.version}+cpu") for pin in requirement.specifier)


def base_name(requirement):
    """xgboost and xgboost-cpu are the same package, built with and without CUDA."""
    return re.sub(r"-cpu$", "", requirement.name.lower())


def with_gpu(pip, extras, gpu):
    """The extras of a machine with a GPU: what has a build with CUDA replaces the one without."""
    replaced = {base_name(each) for each in gpu}
    without = [each for each in extras if base_name(each) in replaced]
    kept = [each for each in extras if each not in without]
    # The image with a GPU begins as the one without: both builds put their files in the same place.
    names = {each.name for each in without} - {each.name for each in gpu}
    here = [name for name in names if is_installed(name)]
    if here:
        pip.run("uninstall", "--yes", *here)
    return kept + gpu


def is_installed(name):
    try:
        return importlib.metadata.version(name) is not None
    except importlib.metadata.PackageNotFoundError:
        return False


def mend_openmp():
    """Gives LightGBM the OpenMP library that scikit-learn brings, where the system has none.

    LightGBM's wheel expects `libgomp.so.1` of the system; slim systems lack it. The copy gets that
    name as its SONAME, so that the loader takes it for the one asked for.
    """
    site = sysconfig.get_paths()["purelib"]
    for path in glob.glob(os.path.join(site, "scikit_learn.libs", "libgomp-*.so*")):
        with open(path, "rb") as file:
            library = file.read()
        old = os.path.basename(path).encode() + b"\0"
        new = b"libgomp.so.1".ljust(len(old), b"\0")
        mended = os.path.join(site, "scikit_learn.libs", "libgomp.so.1")
        with open(mended, "wb") as file:
            file.write(library.replace(old, new))
        with open(os.path.join(site, "openmp.pth"), "w", encoding="utf-8") as file:
            file.write(f"import ctypes; ctypes.CDLL({mended!r})\n")
        return True
    return False


def import_error(name):
    """Why a package cannot be imported, or None."""
    modules = MODULES.get(name, name.replace("-", "_"))
    argv = [sys.executable, "-c", f"import {modules}"]
    child = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if child.returncode == 0:
        return None
    lines = child.stderr.strip().splitlines()
    return (lines[-1] if lines else f"exit code {child.returncode}")[:300]


def install_core(pip, core):
    say(f"installing {', '.join(each.name for each in core)}")
    reason = pip.install(*[plain(each) for each in core])
    if reason:
        return reason
    for each in core:
        error = import_error(each.name)
        if error and "libgomp" in error and mend_openmp():
            error = import_error(each.name)
        if error:
            return f"{each.name} was installed but cannot be imported: {error}"
    return None


def install_extras(pip, extras, gpu):
    """The extras that are not there afterwards, each with its reason."""
    missing = {}
    asked = []
    for each in extras:
        wanted, why = choose_build(pip, each, gpu)
        if wanted:
            asked.append((each.name, wanted))
        else:
            missing[each.name] = why
    if asked:
        say(f"installing extras: {', '.join(name for name, _ in asked)}")
    # All at once is quick; one by one only when one of them fails.
    if asked and pip.install(*[wanted for _, wanted in asked]) is not None:
        for name, wanted in asked:
            reason = pip.install(wanted)
            if reason:
                missing[name] = reason
                say(f"without {name}: {reason}")
    for name, _ in asked:
        error = None if name in missing else import_error(name)
        if error:
            missing[name] = f"cannot be imported: {error}"
            pip.run("uninstall", "--yes", name)
    return missing


def installed():
    listed = {
        f"{each.metadata['Name']}=={each.version}"
        for each in importlib.metadata.distributions()
        if each.metadata["Name"] not in (None, "pip", "setuptools", "wheel")
    }
    return sorted(listed, key=str.lower)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--core", required=True)
    parser.add_argument("--extras", required=True)
    parser.add_argument("--result", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--wheels", help="a folder of wheels to install from, offline")
    parser.add_argument("--lock", required=True, help="the version of everything, as a constraint")
    parser.add_argument("--gpu", help="requirements of a machine with a GPU; CUDA builds are welcome")
    parser.add_argument("--compile", action="store_true", help="compile all, for a read-only root")
    options = parser.parse_args()
    pip = Pip(options)
    error = install_core(pip, requirements(options.core))
    extras = requirements(options.extras)
    if options.gpu and not error:
        extras = with_gpu(pip, extras, requirements(options.gpu))
    missing = {} if error else install_extras(pip, extras, options.gpu is not None)
    if options.compile and not error:
        say("compiling")
        unused = re.compile(r"/tests?/")
        compileall.compile_dir(sysconfig.get_paths()["purelib"], rx=unused, quiet=2, workers=0)
    result = {
        "error": error,
        "packages": [] if error else installed(),
        "missing": [f"{name}: {why}" for name, why in missing.items()],
        "python": platform.python_version(),
    }
    with open(options.result, "w", encoding="utf-8") as file:
        json.dump(result, file)
    if error:
        say(f"ERROR: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
