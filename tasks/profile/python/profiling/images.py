"""Size, channels and date of an image file, from its first bytes: nothing is decoded."""

import re
import struct

HEAD = 1 << 18
DATES = (0x9003, 0x9004, 0x0132)
EXIF_PART = 0x8769
EXIF_DATE = re.compile(rb"^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")


def image_facts(path):
    """Format, width, height (pixels), channels and EXIF date of a PNG, JPEG, GIF, BMP, WebP or TIFF file; else None."""
    with open(path, "rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"\x89PNG") and len(head) > 26:
        width, height = struct.unpack(">II", head[16:24])
        return entry("png", width, height, {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}.get(head[25]))
    if head.startswith(b"\xff\xd8"):
        return jpeg(head)
    if head[:4] == b"GIF8" and len(head) > 10:
        return entry("gif", *struct.unpack("<HH", head[6:10]), 3)
    if head.startswith(b"BM") and len(head) > 30:
        width, height = struct.unpack("<ii", head[18:26])
        return entry("bmp", width, abs(height), max(struct.unpack("<H", head[28:30])[0] // 8, 1))
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP" and len(head) > 30:
        return webp(head)
    if head[:4] in (b"II*\0", b"MM\0*"):
        return tiff(head)
    return None


def entry(name, width, height, channels, date=None):
    """The facts, where they make sense."""
    if width <= 0 or height <= 0:
        return None
    return {"format": name, "width": width, "height": height, "channels": channels, "date": date}


def jpeg(head):
    """Walks the segments to the start of frame; the date stands in an EXIF segment before it."""
    at, date = 2, None
    while at + 9 < len(head) and head[at] == 0xFF:
        marker, length = head[at + 1], struct.unpack(">H", head[at + 2 : at + 4])[0]
        if marker == 0xE1 and head[at + 4 : at + 10] == b"Exif\0\0":
            date = exif_date(head[at + 10 : at + 2 + length])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return entry("jpeg", width, height, head[at + 9], date)
        at += 2 + length
    return None


def webp(head):
    """Lossy, lossless and extended files each keep their size in a place of their own."""
    kind = head[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return entry("webp", width & 0x3FFF, height & 0x3FFF, 3)
    if kind == b"VP8L":
        bits = struct.unpack("<I", head[21:25])[0]
        return entry("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 4 if bits >> 28 & 1 else 3)
    if kind == b"VP8X":
        sides = [int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27)]
        return entry("webp", *sides, 4 if head[20] & 16 else 3)
    return None


def tiff(head):
    """Size and samples a pixel of the first image; unknown where its directory lies behind the first bytes."""
    tags = directory(head, *opening(head))
    if not {0x0100, 0x0101} <= tags.keys():
        return entry("tiff", 1, 1, None) | {"width": None, "height": None}
    return entry("tiff", tags[0x0100], tags[0x0101], tags.get(0x0115, 1), exif_date(head))


def opening(data):
    """Byte order, and where the first directory lies."""
    order = "<" if data[:2] == b"II" else ">"
    return order, struct.unpack(order + "I", data[4:8])[0] if len(data) >= 8 else 0


def directory(data, order, at):
    """Tag -> number or text of one TIFF directory; what lies outside of the bytes is left out."""
    found = {}
    if at == 0 or at + 2 > len(data):
        return found
    for number in range(struct.unpack(order + "H", data[at : at + 2])[0]):
        place = at + 2 + 12 * number
        if place + 12 > len(data):
            break
        tag, kind, count = struct.unpack(order + "HHI", data[place : place + 8])
        short, long = (struct.unpack(order + code, data[place + 8 : place + 12])[0] for code in ("H2x", "I"))
        if kind == 2:
            found[tag] = data[long : long + min(count, 40)]
        elif kind in (3, 4):
            found[tag] = short if kind == 3 else long
    return found


def exif_date(data):
    """When a picture was taken, as ISO text, or None."""
    order, at = opening(data)
    tags = directory(data, order, at)
    inner = tags.get(EXIF_PART)
    if isinstance(inner, int):
        tags |= directory(data, order, inner)
    for tag in DATES:
        match = EXIF_DATE.match(tags[tag]) if isinstance(tags.get(tag), bytes) else None
        if match is not None and match[1] != b"0000":
            year, month, day, hour = (part.decode() for part in match.groups())
            return f"{year}-{month}-{day} {hour}"
    return None
