"""Rate, channels and length of a sound file, from its header: nothing is decoded."""

import os
import struct

TAIL = 1 << 16
# ISO/IEC 11172-3 and 13818-3: kilobits a second by index, for MPEG 1 and for MPEG 2 and 2.5, layer III.
BITRATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
RATES = (44100, 48000, 32000)


def sound_facts(path):
    """Format, rate (samples a second), channels and seconds of a WAV, FLAC, OGG, MP3, AIFF or AU file; else None."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        head = file.read(1 << 12)
        if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
            return wav(file, size)
        if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
            return aiff(file, size)
        if head[:4] == b".snd" and len(head) >= 24:
            return au(head, size)
        if head[:4] == b"OggS":
            return ogg(file, head, size)
        start = tag_length(head)
        file.seek(start)
        body = file.read(1 << 14)
    if body[:4] == b"fLaC":
        return flac(body)
    return mp3(body, size - start) if start or path.lower().endswith(".mp3") else None


def entry(name, rate, channels, frames):
    """The facts, where they make sense."""
    if rate <= 0 or channels <= 0 or frames <= 0:
        return None
    return {"format": name, "rate": int(rate), "channels": int(channels), "seconds": frames / rate}


def chunks(file, size, order):
    """Name, place and length of each chunk of a RIFF or IFF file."""
    at = 12
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack(order + "4sI", file.read(8))
        yield name, at + 8, length
        at += 8 + length + length % 2


def wav(file, size):
    """Length by the bytes that are there: the header of a file that was cut off promises more."""
    form = None
    for name, at, length in chunks(file, size, "<"):
        if name == b"fmt " and length >= 16:
            file.seek(at)
            form = struct.unpack("<HHIIHH", file.read(16))
        if name == b"data" and form is not None:
            _, channels, rate, bytes_a_second, _, _ = form
            seconds = min(length, size - at) / max(bytes_a_second, 1)
            return entry("wav", rate, channels, seconds * rate)
    return None


def aiff(file, size):
    """The rate is an 80-bit float."""
    for name, at, length in chunks(file, size, ">"):
        if name == b"COMM" and length >= 18:
            file.seek(at)
            channels, frames, _, exponent, mantissa = struct.unpack(">hIhHQ", file.read(18))
            return entry("aiff", mantissa * 2.0 ** ((exponent & 0x7FFF) - 16383 - 63), channels, frames)
    return None


def au(head, size):
    """The sample's bytes follow from the encoding; unknown ones count as two."""
    start, length, encoding, rate, channels = struct.unpack(">IIIII", head[4:24])
    width = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}.get(encoding, 2)
    there = size - start if length == 0xFFFFFFFF else min(length, size - start)
    return entry("au", rate, channels, there / width / max(channels, 1))


def flac(body):
    """The block STREAMINFO comes first."""
    if len(body) < 26:
        return None
    bits = int.from_bytes(body[18:26], "big")
    return entry("flac", bits >> 44, (bits >> 41 & 7) + 1, bits & (1 << 36) - 1)


def ogg(file, head, size):
    """Vorbis or Opus; the last page says how many samples there are."""
    packet = head[27 + head[26] :]
    if packet[:7] == b"\x01vorbis" and len(packet) > 16:
        channels, rate, skipped = packet[11], struct.unpack("<I", packet[12:16])[0], 0
    elif packet[:8] == b"OpusHead" and len(packet) > 12:
        channels, rate, skipped = packet[9], 48000, struct.unpack("<H", packet[10:12])[0]
    else:
        return None
    file.seek(max(0, size - TAIL))
    tail = file.read()
    page = tail.rfind(b"OggS")
    if page < 0 or page + 14 > len(tail):
        return None
    return entry("ogg", rate, channels, struct.unpack("<q", tail[page + 6 : page + 14])[0] - skipped)


def tag_length(head):
    """Bytes of an ID3 tag at the start of a file."""
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 127
    return 10 + size


def mp3(body, size):
    """By the count of frames where an encoder left one, else by the first frame's bit rate."""
    for at in range(max(0, len(body) - 4)):
        if body[at] != 0xFF or body[at + 1] & 0xE0 != 0xE0:
            continue
        frame = mpeg_frame(body[at : at + 4])
        if frame is None:
            continue
        rate, channels, samples, bits, side = frame
        mark = body[at + 4 + side : at + 16 + side]
        if mark[:4] in (b"Xing", b"Info") and len(mark) == 12 and mark[7] & 1:
            return entry("mp3", rate, channels, struct.unpack(">I", mark[8:12])[0] * samples)
        return entry("mp3", rate, channels, (size - at) * 8 / bits * rate)
    return None


def mpeg_frame(four):
    """Rate, channels, samples a frame, bits a second and bytes of side information of a layer III frame."""
    version, layer = four[1] >> 3 & 3, four[1] >> 1 & 3
    kbits, rate = four[2] >> 4, four[2] >> 2 & 3
    if version == 1 or layer != 1 or kbits in (0, 15) or rate == 3:
        return None
    old, mono = version == 3, four[3] >> 6 == 3
    side = (17 if mono else 32) if old else (9 if mono else 17)
    hertz = RATES[rate] // {3: 1, 2: 2, 0: 4}[version]
    return hertz, 1 if mono else 2, 1152 if old else 576, BITRATES[not old][kbits] * 1000, side
