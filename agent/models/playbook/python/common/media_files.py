def media_files():
    # Every file below input, by its path, by the ends of its path, and by each of these without its extension.
    found = {}
    for root, folders, names in os.walk("input", followlinks=True):
        folders.sort()
        for name in sorted(names):
            parts = os.path.relpath(os.path.join(root, name), "input").split(os.sep)
            for start in range(len(parts)):
                text = "/".join(parts[start:])
                for key in (text, os.path.splitext(text)[0]):
                    found.setdefault(key, []).append(os.path.join(root, name))
    return found


FILES = media_files()


def place_of(value, part, endings):
    # The file that a cell names; of several one of that kind, in the folder for its part ("train" or "test").
    text = str(value).replace("\\", "/").removeprefix("./")
    places = FILES.get(text) or [p for p in FILES.get(os.path.splitext(text)[0], []) if "." in text]
    places = [p for p in places if p.lower().endswith(endings)] or places
    ours = [p for p in places if part in os.path.relpath(p, "input").lower()]
    return next(iter(ours or places), None)
