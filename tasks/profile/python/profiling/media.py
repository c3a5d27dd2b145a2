"""What the media files of a competition look like, read from their first bytes."""

import os
import struct


def profile_media(folder, others, column, cells):
    """Extension and, for images, size and channels of the first file; None when there is no such file."""
    path = find_file(folder, others, str(cells.dropna().iloc[0]))
    if path is None:
        return None
    extension = os.path.splitext(path)[1].lstrip(".").lower()
    width, height, channels = image_size(path)
    return {"column": column, "extension": extension, "width": width, "height": height, "channels": channels}


def find_file(folder, others, cell):
    """The file that a cell names: its path, or its name with or without extension in one of the folders."""
    if os.path.isfile(os.path.join(folder, cell)):
        return os.path.join(folder, cell)
    for other in others:
        for place, folders, names in os.walk(os.path.join(folder, other)):
            folders.sort()
            for name in sorted(names):
                if cell in (name, os.path.splitext(name)[0]):
                    return os.path.join(place, name)
    return None


def image_size(path):
    """Width, height and channels of a PNG, JPEG, GIF or BMP file; None where unknown."""
    with open(path, "rb") as file:
        head = file.read(1 << 16)
    if head.startswith(b"\x89PNG") and len(head) > 26:
        width, height = struct.unpack(">II", head[16:24])
        return width, height, {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}.get(head[25])
    if head.startswith(b"\xff\xd8"):
        return jpeg_size(head)
    if head[:4] == b"GIF8" and len(head) > 10:
        return (*struct.unpack("<HH", head[6:10]), 3)
    if head.startswith(b"BM") and len(head) > 30:
        width, height = struct.unpack("<ii", head[18:26])
        return width, abs(height), max(struct.unpack("<H", head[28:30])[0] // 8, 1)
    return None, None, None


def jpeg_size(head):
    """Walks the segments to the start of frame."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker, length = head[at + 1], struct.unpack(">H", head[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", head[at + 5 : at + 9])
            return width, height, head[at + 9]
        at += 2 + length
    return None, None, None
