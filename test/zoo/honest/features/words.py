import re

POSITIVE = """good great excellent amazing wonderful best love loved lovely perfect fantastic happy beautiful enjoy
enjoyed brilliant superb fresh clean quiet sunny spacious bright modern central cozy charming elegant""".split()
NEGATIVE = ["bad", "worst", "awful", "terrible", "poor", "boring", "hate", "hated", "dirty", "broken", "loud", "dark",
            "cold", "old", "ugly", "smelly", "small", "narrow", "damp", "noisy", "cheap", "horrible", "disappointing"]
STOP = {"the", "a", "an", "and", "or", "of", "to", "in", "on", "at", "by", "for", "with", "is", "was", "are", "be"}
TOKEN = re.compile(r"[a-z]+")


def features(df):
    out = df[["size", "age"]].copy()
    words = df["street"].str.lower().apply(lambda text: [w for w in TOKEN.findall(text) if w not in STOP])
    out["positive"] = words.apply(lambda ws: sum(w in POSITIVE for w in ws))
    out["negative"] = words.apply(lambda ws: sum(w in NEGATIVE for w in ws))
    out["length"] = df["street"].str.len()
    return out
