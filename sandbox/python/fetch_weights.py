"""Fetches pretrained weights into the cache that sandboxes see read-only.

    python fetch_weights.py KIND NAME REVISION FOLDER RESULT      (KIND: hf, timm, torch; REVISION may be empty)

Run outside of any sandbox, by the interpreter that solutions run with. Progress goes to standard output
line by line, the outcome to the file RESULT.
"""

import hashlib
import importlib.util
import json
import os
import re
import sys
import urllib.parse
import urllib.request

# Weights in these formats are the same again for other frameworks.
OTHER_FRAMEWORKS = re.compile(
    r"\.(h5|msgpack|ot|gguf|tflite|mlmodel|onnx|onnx_data|pb)$|^(onnx|openvino|coreml|flax_model|rust_model|tf_model)[/.]|\.mlpackage/"
)
PICKLED = re.compile(r"\.(bin|pth|pt|ckpt)$")
SETTINGS = re.compile(r"(^|/)(training_args|optimizer|scheduler|rng_state)[^/]*$")


class Refused(Exception):
    """Something the user can fix, named in one line."""


def say(line):
    print(line, flush=True)


def need(module, package, what):
    if importlib.util.find_spec(module) is None:
        raise Refused(f"{what} needs the Python package {package}, which this environment lacks: {sys.executable}")


def wanted_files(names):
    """Of the weights that a model comes with in several formats, the safe one; none for other frameworks."""
    kept = [name for name in names if not OTHER_FRAMEWORKS.search(name) and not SETTINGS.search(name)]
    if any(name.endswith(".safetensors") for name in kept):
        kept = [name for name in kept if not PICKLED.search(name)]
    return kept


def from_hub(repository, revision, folder):
    need("huggingface_hub", "huggingface-hub", f"hf:{repository}")
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    cache = os.path.join(folder, "hf", "hub")
    info = HfApi().model_info(repository, revision=revision or None, files_metadata=True)
    sizes = {each.rfilename: each.size or 0 for each in info.siblings or []}
    names = wanted_files(sorted(sizes))
    if not names:
        raise Refused(f"{repository} has no files that PyTorch could use")
    megabytes = sum(sizes[name] for name in names) / 1e6
    say(f"downloading {repository} ({len(names)} files, {megabytes:.1f} MB)")
    # By the name that was asked for: scripts ask for the same one, and its commit is noted beside it.
    snapshot_download(repository, revision=revision or None, cache_dir=cache, allow_patterns=[glob_of(name) for name in names])
    place = os.path.join(cache, "models--" + info.id.replace("/", "--"))
    forget_others(os.path.join(place, "trees", f"{info.sha}.json"), set(names))
    return {"place": os.path.relpath(place, folder), "revision": info.sha}


def forget_others(listing, names):
    """Offline, the library takes a snapshot without some of the listed files for half a download, and refuses it."""
    if not os.path.exists(listing):
        return
    with open(listing, encoding="utf-8") as file:
        tree = json.load(file)
    tree["files"] = {name: each for name, each in tree.get("files", {}).items() if name in names}
    with open(listing, "w", encoding="utf-8") as file:
        json.dump(tree, file)


def glob_of(name):
    """The pattern that only this file matches."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def timm_repository(name):
    """Where timm keeps a model: by its tag, else as the installed timm would choose."""
    if "." in name:
        return f"timm/{name}"
    need("timm", "timm", f"timm:{name}, without a tag as in timm:{name}.a1_in1k,")
    import timm.models

    config = timm.models.get_pretrained_cfg(name, allow_unregistered=False)
    if config is None or not config.hf_hub_id:
        raise Refused(f"timm knows no pretrained weights of {name} on the hub")
    return config.hf_hub_id


def torch_url(name):
    if urllib.parse.urlsplit(name).scheme in ("http", "https"):
        return name
    need("torchvision", "torchvision", f"torch:{name}, which is no address,")
    from torchvision.models import get_model_weights, list_models

    if name not in list_models():
        raise Refused(f"torchvision knows no model {name}")
    return get_model_weights(name).DEFAULT.url


def from_url(url, folder):
    """As torch.hub keeps it: by the last part of the address, which may hold the beginning of its hash."""
    name = os.path.basename(urllib.parse.urlsplit(url).path)
    if not re.fullmatch(r"[\w.+-]+", name) or name.startswith("."):
        raise Refused(f"{url} does not end with the name of a file")
    place = os.path.join(folder, "torch", "hub", "checkpoints", name)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    say(f"downloading {name}")
    digest = hashlib.sha256()
    partial = f"{place}.partial"
    try:
        with urllib.request.urlopen(url, timeout=60) as answer, open(partial, "wb") as file:
            while block := answer.read(1 << 20):
                digest.update(block)
                file.write(block)
        expected = re.search(r"-([a-f0-9]{8,64})\.", name)
        if expected and not digest.hexdigest().startswith(expected[1]):
            raise Refused(f"what came from {url} does not have the hash that its name says")
        os.replace(partial, place)
    finally:
        if os.path.exists(partial):
            os.remove(partial)
    return {"place": os.path.relpath(place, folder), "revision": digest.hexdigest()}


def open_to_read(place):
    """Scripts run as another user where the harness is root. Sizes are counted on the way."""
    files = total = 0
    found = [(os.path.dirname(place), [], [os.path.basename(place)])] if os.path.isfile(place) else os.walk(place)
    for folder, _, names in found:
        os.chmod(folder, os.stat(folder).st_mode | 0o555)
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                continue
            os.chmod(path, os.stat(path).st_mode | 0o444)
            files += 1
            total += os.path.getsize(path)
    return {"files": files, "bytes": total}


def fetch(kind, name, revision, folder):
    if kind == "torch":
        found = from_url(torch_url(name), folder)
    else:
        found = from_hub(timm_repository(name) if kind == "timm" else name, revision, folder)
    place = os.path.join(folder, found["place"])
    above = folder
    for part in os.path.dirname(found["place"]).split(os.sep):
        os.chmod(above, os.stat(above).st_mode | 0o555)
        above = os.path.join(above, part)
    os.chmod(above, os.stat(above).st_mode | 0o555)
    return {"error": None, **found, **open_to_read(place)}


def explain(kind, reason):
    """The error of the library, and what can be done about it."""
    if kind in ("RepositoryNotFoundError", "GatedRepoError"):
        return f"the hub has no such model, or wants a token for it (HF_TOKEN): {reason}"[:500]
    if re.search(r"Connect|Timeout|URLError|Offline", kind):
        return f"the server cannot be reached, check the network or HF_ENDPOINT: {kind}: {reason}"[:500]
    return f"{kind}: {reason}"[:500]


def main():
    kind, name, revision, folder, result = sys.argv[1:]
    try:
        outcome = fetch(kind, name, revision, folder)
    except Exception as error:  # noqa: BLE001
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        reason = lines[0] if lines else "no reason given"
        outcome = {"error": reason if isinstance(error, Refused) else explain(type(error).__name__, reason)}
    with open(result, "w", encoding="utf-8") as file:
        json.dump(outcome, file)
    sys.exit(0 if outcome["error"] is None else 1)


if __name__ == "__main__":
    main()
