import os
from concurrent.futures import ThreadPoolExecutor
from math import gcd

from scipy.fft import dct
from scipy.io import wavfile
from scipy.signal import resample_poly

try:
    import soundfile
except ImportError:
    soundfile = None


# include: common/media_files.py


SOUNDS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au")


def header_of(path):
    # Samples a second and seconds, from the header alone where there is a library for it.
    if soundfile is None:
        rate, wave = wavfile.read(path)
        return rate, len(wave) / max(rate, 1)
    about = soundfile.info(path)
    return about.samplerate, about.frames / max(about.samplerate, 1)


def decode_wav(path):
    rate, wave = wavfile.read(path)
    kind = wave.dtype
    wave = wave.reshape(len(wave), -1).astype(np.float32)
    if kind == np.uint8:
        wave = wave / 128 - 1
    elif kind.kind == "i":
        wave = wave / np.iinfo(kind).max
    return wave, rate


def decode(path, seconds):
    # One channel of float samples, and how many stand for a second. Of a long file four pieces, spread evenly.
    if soundfile is None:
        wave, rate = decode_wav(path)
        return wave.mean(axis=1)[: int(seconds * rate)], rate
    with soundfile.SoundFile(path) as file:
        rate, most = file.samplerate, int(seconds * file.samplerate)
        if file.frames <= most or not file.seekable():
            starts, length = [0], most
        else:
            length = most // 4
            starts = np.linspace(0, file.frames - length, 4).astype(int)
        pieces = []
        for start in starts:
            if start:
                file.seek(int(start))
            pieces.append(file.read(length, dtype="float32", always_2d=True))
    return np.concatenate(pieces).mean(axis=1), rate


def load_wave(path):
    # Samples at the common rate.
    wave, rate = decode(path, LONGEST)
    wave = np.nan_to_num(wave, posinf=0.0, neginf=0.0)
    rate = max(25, int(round(rate / 25)) * 25)
    if len(wave) and rate != RATE:
        shared = gcd(RATE, rate)
        wave = resample_poly(wave, RATE // shared, rate // shared)
    return wave.astype(np.float32)


def common_rate(paths):
    # The middle rate of some of the files, within what carries speech and what costs little.
    rates = []
    for path in paths[:: max(1, len(paths) // 60)]:
        try:
            rates.append(header_of(path)[0])
        except Exception:  # what cannot be read is counted where all files are read
            continue
    middle = int(np.median(rates)) if rates else 16000
    return int(round(np.clip(middle, 8000, 32000) / 25)) * 25
