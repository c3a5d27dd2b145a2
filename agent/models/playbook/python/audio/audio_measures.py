def mel_bank(count):
    # Triangles that are evenly spread over pitch as it is heard; rows of weights that sum to one.
    edges = 700 * np.expm1(np.linspace(np.log1p(50 / 700), np.log1p(RATE / 2 / 700), count + 2))
    low, mid, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    bank = np.minimum((HERTZ - low) / (mid - low), (high - HERTZ) / (high - mid)).clip(min=0)
    bank[np.arange(count), np.abs(HERTZ - mid).argmin(axis=1)] += 1e-3
    return (bank / bank.sum(axis=1, keepdims=True)).T.astype(np.float32)


def change(track):
    return np.gradient(track, axis=0) if len(track) > 1 else np.zeros_like(track)


def spread_of(track):
    # Mean, spread, low and high end over time.
    return np.concatenate([track.mean(axis=0), track.std(axis=0), *np.quantile(track, [0.1, 0.9], axis=0)])


def pitch_of(power):
    # How periodic each frame is, and at what pitch (octaves above 50 Hz): the peak of its autocorrelation.
    echo = np.fft.irfft(power, axis=1)
    low, high = RATE // 1000, min(RATE // 60, echo.shape[1] // 2)
    echo = echo[:, low:high] / (echo[:, :1] + 1e-12)
    best = echo.argmax(axis=1)
    return np.column_stack([np.take_along_axis(echo, best[:, None], 1)[:, 0], np.log2(RATE / (best + low) / 50)])


def spectrum_shape(power):
    # Centre, width, edge, flatness and flux of each frame's spectrum.
    share = power / (power.sum(axis=1, keepdims=True) + 1e-12)
    center = share @ HERTZ
    width = np.sqrt(np.maximum(share @ HERTZ**2 - center**2, 0))
    edge = HERTZ[np.minimum((np.cumsum(share, axis=1) < 0.85).sum(axis=1), len(HERTZ) - 1)]
    flat = np.log(power + 1e-10).mean(axis=1) - np.log(power.mean(axis=1) + 1e-10)
    flux = np.sqrt((np.diff(share, axis=0, prepend=share[:1]) ** 2).sum(axis=1))
    return np.column_stack([np.log1p(center), np.log1p(width), np.log1p(edge), flat, flux])


def envelope_shape(level):
    # Loudness over time, against its own peak: how it is spread, where it lies, how fast it comes and goes.
    decibel = 20 * np.log10(level / (level.max() + 1e-12) + 1e-4)
    place = np.linspace(0, 1, len(level))
    weight = level**2 / ((level**2).sum() + 1e-12)
    middle = (weight * place).sum()
    rises = np.diff(decibel, prepend=decibel[:1])
    wave = np.abs(np.fft.rfft(level - level.mean(), max(len(level), 16))) ** 2
    beats = np.fft.rfftfreq(max(len(level), 16), HOP / RATE)
    bands = [wave[(beats >= a) & (beats < 2 * a)].sum() for a in (0.5, 1, 2, 4, 8, 16)]
    return np.concatenate([
        [decibel.mean(), decibel.std(), (decibel < -40).mean(), (rises > 6).mean(), (rises < -6).mean()],
        np.quantile(decibel, [0.1, 0.5, 0.9]),
        [middle, np.sqrt((weight * (place - middle) ** 2).sum()), level.argmax() / len(level)],
        np.log1p(np.array(bands) / (wave.sum() / len(wave) + 1e-12)),
    ])


def measure(wave):
    # Four views of one sound: timbre (cepstra), bands (mel), shape (loudness and spectrum), course (over time).
    loud = float(np.sqrt(np.mean(wave.astype(float) ** 2)))
    peak = float(np.abs(wave).max())
    seconds = len(wave) / RATE
    wave = np.pad(wave / (loud + 1e-9), (0, max(0, SIZE - len(wave))))
    frames = np.lib.stride_tricks.sliding_window_view(wave, SIZE)[::HOP]
    power = np.abs(np.fft.rfft(frames * WINDOW, axis=1)).astype(np.float32) ** 2
    mel = power @ BANK
    # Nothing counts that is 80 dB below the loudest.
    mel = np.log(np.maximum(mel, mel.max() * 1e-8 + 1e-12))
    cepstra = dct(mel, axis=1, norm="ortho")[:, :20]
    speed = change(cepstra)
    timbre = np.concatenate([spread_of(cepstra), speed.std(axis=0), change(speed).std(axis=0)])
    bands = np.concatenate([mel.mean(axis=0), mel.std(axis=0), np.abs(change(mel)).mean(axis=0)])
    crossings = np.mean(frames[:, 1:] * frames[:, :-1] < 0, axis=1)[:, None]
    tracks = np.hstack([spectrum_shape(power), pitch_of(power), crossings])
    pitches = np.bincount(PITCH[HERTZ > 50], power.mean(axis=0)[HERTZ > 50], 12)
    shape = np.concatenate([
        [np.log1p(seconds), np.log(loud + 1e-6), np.log(peak + 1e-6), peak / (loud + 1e-6)],
        spread_of(tracks),
        envelope_shape(np.sqrt((frames**2).mean(axis=1))),
        pitches / (pitches.sum() + 1e-12),
    ])
    rough = mel.reshape(len(mel), 20, 2).mean(axis=2) - mel.mean()
    cuts = np.linspace(0, len(rough), 13)
    pieces = [rough[int(a) : max(int(a) + 1, int(b))].mean(axis=0) for a, b in zip(cuts[:-1], cuts[1:])]
    return timbre, bands, shape, np.concatenate(pieces)
