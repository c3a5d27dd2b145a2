import os
import struct
import zlib


# include: common/media_files.py


PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


def unfilter(data, height, stride, step):
    # Undoes the five PNG line filters.
    rows = np.frombuffer(data, np.uint8)[: height * (stride + 1)].reshape(height, stride + 1)
    out = np.zeros((height + 1, stride), np.uint8)
    for r in range(height):
        kind, line, above = rows[r, 0], rows[r, 1:], out[r]
        if kind == 0:
            out[r + 1] = line
        elif kind == 1:
            lanes = np.pad(line, (0, -stride % step)).reshape(-1, step)
            out[r + 1] = np.cumsum(lanes, axis=0, dtype=np.uint8).ravel()[:stride]
        elif kind == 2:
            out[r + 1] = line + above
        else:
            now, up = bytearray(stride), above.tobytes()
            raw = line.tobytes()
            for i in range(stride):
                a = now[i - step] if i >= step else 0
                b, c = up[i], up[i - step] if i >= step else 0
                guess = (a + b) >> 1
                if kind == 4:
                    near = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))
                    guess = near[2]
                now[i] = (raw[i] + guess) & 255
            out[r + 1] = np.frombuffer(bytes(now), np.uint8)
    return out[1:]


def decode_png(data):
    # PNG without a library: gray, RGB, palette, with or without alpha, not interlaced.
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("not a PNG file")
    place, packed, palette = 8, b"", None
    while place + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        body = data[place + 8 : place + 8 + size]
        if kind == b"IHDR":
            width, height, depth, color, _, _, laced = struct.unpack(">IIBBBBB", body)
        elif kind == b"PLTE":
            palette = np.frombuffer(body, np.uint8).reshape(-1, 3)
        elif kind == b"IDAT":
            packed += body
        place += size + 12
    lanes = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    if laced or depth not in (1, 2, 4, 8, 16):
        raise ValueError("an interlaced PNG file")
    stride = (width * lanes * depth + 7) // 8
    flat = unfilter(zlib.decompress(packed), height, stride, max(1, lanes * depth // 8))
    if depth == 16:
        flat = flat[:, ::2]
    elif depth < 8:
        bits = np.unpackbits(flat, axis=1)[:, : width * depth].reshape(height, width, depth)
        flat = bits @ (1 << np.arange(depth)[::-1])
        flat = flat if color == 3 else flat * (255 // (2**depth - 1))
    image = flat.reshape(height, width, lanes)
    if color == 3:
        return palette[np.minimum(image[:, :, 0], len(palette) - 1)]
    return image[:, :, : {1: 1, 2: 1, 3: 3, 4: 3}[lanes]]


def read_image(path):
    # Height, width, colours, as bytes; with Pillow where it is installed.
    try:
        from PIL import Image
    except ImportError:
        with open(path, "rb") as file:
            return decode_png(file.read())
    with Image.open(path) as image:
        if max(image.size) > 256:
            image.draft("RGB", (256, 256))
            image.thumbnail((256, 256))
        plain = image if image.mode in ("L", "RGB") else image.convert("RGB")
        array = np.asarray(plain)
    return array if array.ndim == 3 else array[:, :, None]


def shrink(image, side):
    # Mean over boxes, to a square of that side with three colours.
    image = image.astype(np.float32)
    for axis in (0, 1):
        edges = np.linspace(0, image.shape[axis], side + 1)
        low = np.minimum(edges[:-1].astype(int), image.shape[axis] - 1)
        if image.shape[axis] > side:
            sums = np.add.reduceat(image, low, axis=axis)
            width = np.diff(np.r_[low, image.shape[axis]])
            image = sums / (width[:, None, None] if axis == 0 else width[None, :, None])
        else:
            image = np.take(image, low, axis=axis)
    return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image[:, :, :3]


def load_files(table, name, part):
    images = np.zeros((len(table), SIDE, SIDE, 3), np.float32)
    sizes = np.full((len(table), 3), np.nan)
    for row, value in enumerate(table[name]):
        path = place_of(value, part, PICTURES)
        if path is None:
            continue
        try:
            image = read_image(path)
        except Exception as problem:  # one broken file costs its own row only
            if row < 3:
                print(f"{value} could not be read: {problem}")
            continue
        sizes[row] = (image.shape[0], image.shape[1], os.path.getsize(path))
        images[row] = shrink(image, SIDE)
    return images / 255.0, sizes


def pixel_names():
    stems = {}
    for c in test.columns:
        stem = str(c).rstrip("0123456789_x")
        if stem != str(c) and c in train.columns and c != ID:
            stems.setdefault(stem, []).append(c)
    names = max(stems.values(), key=len, default=[])
    return names if len(names) >= 64 else []


def load_pixels(table, names):
    flat = table[names].apply(pd.to_numeric, errors="coerce").fillna(0).to_numpy(np.float32)
    count = len(names)
    lanes = 3 if int(round((count / 3) ** 0.5)) ** 2 * 3 == count and int(count**0.5) ** 2 != count else 1
    side = int(np.ceil((count / lanes) ** 0.5))
    flat = np.pad(flat, ((0, 0), (0, side * side * lanes - count)))
    images = flat.reshape(len(table), side, side, lanes)
    images = np.repeat(images, 3, axis=3) if lanes == 1 else images
    return images, np.zeros((len(table), 3))


paths = [c for c in PATHS if c in train.columns and c in test.columns]
pixels = [] if paths else pixel_names()
SIDE = 32
if not paths and not pixels and ID is not None and ID in test.columns:
    paths = [ID]
if pixels:
    (pictures, sizes), (pictures_test, sizes_test) = load_pixels(train, pixels), load_pixels(test, pixels)
    bright = max(float(pictures.max()), 1e-9)
    pictures, pictures_test = pictures / bright, pictures_test / bright
else:
    (pictures, sizes), (pictures_test, sizes_test) = load_files(train, paths[0], "train"), load_files(test, paths[0], "test")
