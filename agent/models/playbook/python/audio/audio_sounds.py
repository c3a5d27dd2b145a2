# include: audio/audio_read.py


# include: audio/audio_measures.py


named = [c for c in PATHS if c in train.columns and c in test.columns]
if not named and ID is not None and ID in test.columns:
    named = [ID]


def sounds_of(table, name, part):
    # Where the cells' sounds lie; a cell may name a picture or a table as well.
    paths = [place_of(value, part, SOUNDS) for value in table[name]]
    return [path if path is not None and (path.lower().endswith(SOUNDS) or "." not in os.path.basename(path)) else None for path in paths]


found = max(named, key=lambda name: sum(path is not None for path in sounds_of(train.head(50), name, "train")))
heard = sounds_of(train, found, "train"), sounds_of(test, found, "test")
RATE = common_rate([p for p in heard[0] if p is not None])
# A quarter of the time, at five million samples a second: of many sounds, or long ones, a part of each.
LONGEST = float(np.clip(0.25 * SECONDS * 5e6 / RATE / (len(train) + len(test)), 0.5, 60.0))
SIZE = 2 ** int(np.round(np.log2(0.032 * RATE)))
HOP = SIZE // 2
WINDOW = np.hanning(SIZE).astype(np.float32)
HERTZ = np.fft.rfftfreq(SIZE, 1 / RATE)
PITCH = np.round(12 * np.log2(np.maximum(HERTZ, 50) / 440)).astype(int) % 12
BANK = mel_bank(40)
VIEWS = tuple(len(view) for view in measure(np.zeros(SIZE, np.float32)))
problems = []


def hear(path):
    # One row; a file that is missing, broken or empty costs its own row only.
    try:
        wave = load_wave(path) if path is not None else np.zeros(0, np.float32)
    except Exception as problem:
        problems.append(f"{os.path.basename(path)}: {problem}")
        return None
    return np.concatenate(measure(wave)).astype(np.float32) if len(wave) else None


def hear_all(paths):
    distinct = list(dict.fromkeys(paths))
    with ThreadPoolExecutor(THREADS) as pool:
        found = dict(zip(distinct, pool.map(hear, distinct)))
    rows = np.full((len(paths), sum(VIEWS)), np.nan, np.float32)
    for row, path in enumerate(paths):
        if found[path] is not None:
            rows[row] = found[path]
    return rows


sounds, sounds_test = hear_all(heard[0]), hear_all(heard[1])
unheard = np.isnan(sounds[:, 0]), np.isnan(sounds_test[:, 0])
usual = np.zeros(sounds.shape[1]) if unheard[0].all() else np.nanmedian(sounds, axis=0)
sounds, sounds_test = (np.where(np.isnan(s), usual, s) for s in (sounds, sounds_test))
edges = np.cumsum(VIEWS)[:-1]
timbre, bands, shape, course = np.split(sounds, edges, axis=1)
timbre_test, bands_test, shape_test, course_test = np.split(sounds_test, edges, axis=1)
print(f"{len(train) + len(test)} sounds at {RATE} Hz, {sum(u.sum() for u in unheard)} of them not readable,", end=" ")
print(f"{time.time() - STARTED:.0f} s so far; {'; '.join(sorted(problems)[:3])}")
