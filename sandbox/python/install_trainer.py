"""Fills the environment that small models are trained in. Like `install.py`, but nothing may be missing.

Run by the interpreter of the environment it fills, by `sandbox/environment/trainer-environment.ts`.
"""

import argparse
import json
import subprocess
import sys

from install import choose_build, installed, plain, requirements
from pip_client import Pip, say

# What the trainers import. It proves that the packages work, and writes the bytecode that later starts read.
IMPORTS = """
import accelerate, gguf, torch
from datasets import Dataset
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM, TrainerCallback
from trl import GRPOConfig, GRPOTrainer, SFTConfig, SFTTrainer
"""


def install_all(pip, wanted, gpu):
    """None when everything is there and can be imported, else the reason in one line."""
    # A build without CUDA libraries saves two gigabytes; where the index has none, the other one trains as well.
    names = [choose_build(pip, each, gpu)[0] or plain(each) for each in wanted]
    say(f"installing {', '.join(each.name for each in wanted)}")
    reason = pip.install(*names)
    if reason:
        return reason
    say("checking that they can be imported")
    argv = [sys.executable, "-c", IMPORTS]
    child = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if child.returncode == 0:
        return None
    lines = child.stderr.strip().splitlines()
    return f"they were installed but cannot be imported: {(lines or [f'exit code {child.returncode}'])[-1][:300]}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--requirements", required=True)
    parser.add_argument("--lock", required=True, help="the version of everything, as a constraint")
    parser.add_argument("--gpu", action="store_true", help="builds with CUDA libraries are welcome")
    parser.add_argument("--result", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--wheels", help="a folder of wheels to install from, offline")
    options = parser.parse_args()
    error = install_all(Pip(options), requirements(options.requirements), options.gpu)
    result = {"error": error, "packages": [] if error else installed(), "missing": []}
    with open(options.result, "w", encoding="utf-8") as file:
        json.dump(result, file)
    if error:
        say(f"ERROR: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
