"""Reads 7z archives (Copy, LZMA, LZMA2, Deflate, BZip2, with BCJ and delta filters), without other packages.

The form is that of `7zFormat.txt` in the LZMA SDK. One folder of the archive is one stream of packed data that holds
several files one after the other.
"""

import bz2
import lzma
import struct
import zlib
from collections import namedtuple
from io import BytesIO

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
END, PACK_INFO, UNPACK_INFO, SUBSTREAMS_INFO, SIZE, CRC = 0, 6, 7, 8, 9, 10
FOLDER, UNPACK_SIZE, UNPACK_STREAM, EMPTY_STREAM, EMPTY_FILE, NAMES = 11, 12, 13, 14, 15, 17
FILTERS = {
    b"\x03": lzma.FILTER_DELTA, b"\x04": lzma.FILTER_X86, b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC, b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM, b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
}
ENCRYPTED = b"\x06\xf1\x07\x01"
MAX_HEADER = 1 << 28
PART = 1 << 20

Folder = namedtuple("Folder", "coders size offset packed")
Member = namedtuple("Member", "name size")


class Reader:
    """Numbers and bits of a header."""

    def __init__(self, data):
        self.stream = BytesIO(data)

    def bytes(self, count):
        found = self.stream.read(count)
        if len(found) != count:
            raise ValueError("the header is cut off")
        return found

    def byte(self):
        return self.bytes(1)[0]

    def number(self):
        first, value = self.byte(), 0
        for place in range(8):
            mask = 0x80 >> place
            if not first & mask:
                return value + ((first & (mask - 1)) << (8 * place))
            value |= self.byte() << (8 * place)
        return value

    def bits(self, count):
        found = []
        while len(found) < count:
            byte = self.byte()
            found += [bool(byte & (0x80 >> place)) for place in range(8)]
        return found[:count]

    def defined(self, count):
        return [True] * count if self.byte() else self.bits(count)

    def checksums(self, count):
        """Which of `count` things have a checksum; the sums themselves are passed over."""
        found = self.defined(count)
        self.bytes(4 * sum(found))
        return found


def read_coders(reader):
    """The chain of filters of one folder: (method, properties)."""
    coders = []
    for _ in range(reader.number()):
        flags = reader.byte()
        method = reader.bytes(flags & 15)
        if flags & 16 and (reader.number(), reader.number()) != (1, 1):
            raise ValueError("it is packed in several streams (BCJ2)")
        properties = reader.bytes(reader.number()) if flags & 32 else b""
        coders.append((method, properties))
    for _ in range(len(coders) - 1):
        reader.number(), reader.number()
    return coders


def read_streams(reader):
    """Folders with their places, and the sizes of the files in each."""
    offset, packed, chains, sizes, summed, files = 0, [], [], [], [], None
    while (kind := reader.number()) != END:
        if kind == PACK_INFO:
            offset, count = reader.number(), reader.number()
            while (part := reader.number()) != END:
                if part == SIZE:
                    packed = [reader.number() for _ in range(count)]
                else:
                    reader.checksums(count)
        elif kind == UNPACK_INFO:
            chains, sizes, summed = read_unpack_info(reader)
        elif kind == SUBSTREAMS_INFO:
            files = read_substreams(reader, [max(chain) for chain in sizes], summed)
    folders = []
    for chain, coded, size in zip(chains, sizes, packed):
        folders.append(Folder(chain, max(coded), offset, size))
        offset += size
    return folders, files if files is not None else [[max(coded)] for coded in sizes]


def read_unpack_info(reader):
    if reader.number() != FOLDER:
        raise ValueError("the header has no folders")
    count = reader.number()
    if reader.byte():
        raise ValueError("the header lies elsewhere")
    chains = [read_coders(reader) for _ in range(count)]
    sizes, summed = [], [False] * count
    while (part := reader.number()) != END:
        if part == UNPACK_SIZE:
            sizes = [[reader.number() for _ in chain] for chain in chains]
        else:
            summed = reader.checksums(count)
    return chains, sizes, summed


def read_substreams(reader, totals, summed):
    """Sizes of the files in each folder; a folder of one file may have its checksum with the folder."""
    counts, part = [1] * len(totals), reader.number()
    if part == UNPACK_STREAM:
        counts = [reader.number() for _ in totals]
        part = reader.number()
    files = []
    for count, total in zip(counts, totals):
        sizes = [reader.number() for _ in range(count - 1)] if part == SIZE else []
        files.append([*sizes, total - sum(sizes)] if count else [])
    if part == SIZE:
        part = reader.number()
    if part == CRC:
        reader.checksums(sum(0 if count == 1 and known else count for count, known in zip(counts, summed)))
        part = reader.number()
    if part != END:
        raise ValueError("the header cannot be read")
    return files


class Copy:
    """Not packed at all."""

    needs_input, eof = True, False

    def decompress(self, data, _size):
        return data


class Inflate:
    """Deflate with the calls of `lzma` and `bz2`."""

    eof = False

    def __init__(self):
        self.stream = zlib.decompressobj(-15)

    @property
    def needs_input(self):
        return not self.stream.unconsumed_tail

    def decompress(self, data, size):
        return self.stream.decompress(self.stream.unconsumed_tail + data, size)


def decoder_of(folder):
    """What unpacks a folder, with the calls of `lzma.LZMADecompressor`."""
    methods = [method for method, _ in folder.coders]
    if ENCRYPTED in methods:
        raise ValueError("it is encrypted")
    if methods == [b"\x00"]:
        return Copy()
    if methods == [b"\x04\x01\x08"]:
        return Inflate()
    if methods == [b"\x04\x02\x02"]:
        return bz2.BZ2Decompressor()
    filters = [filter_of(*each) for each in folder.coders]
    # `lzma` wants what packs at the end of the chain.
    filters.sort(key=lambda each: each["id"] in (lzma.FILTER_LZMA1, lzma.FILTER_LZMA2))
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)


def filter_of(method, properties):
    """One filter as `lzma` wants it."""
    if method == b"\x21":
        bits = properties[0]
        return {"id": lzma.FILTER_LZMA2, "dict_size": (2 | (bits & 1)) << (bits // 2 + 11)}
    if method == b"\x03\x01\x01":
        code, size = struct.unpack("<BI", properties)
        return {"id": lzma.FILTER_LZMA1, "dict_size": max(size, 4096), "lc": code % 9,
                "lp": code // 9 % 5, "pb": code // 45}
    if method not in FILTERS:
        raise ValueError(f"it is packed by a method that is not known here ({method.hex()})")
    kind = FILTERS[method]
    return {"id": kind, "dist": properties[0] + 1} if kind == lzma.FILTER_DELTA else {"id": kind}


def chunks_of(file, folder, start):
    """The unpacked bytes of one folder, in parts of at most a megabyte."""
    decoder, left, made, at = decoder_of(folder), folder.packed, 0, start + folder.offset
    while made < folder.size:
        data = b""
        if decoder.needs_input:
            # Others may have read the file in between.
            file.seek(at)
            data = file.read(min(left, PART))
            at, left = at + len(data), left - len(data)
            if not data:
                raise ValueError("it is cut off or damaged")
        found = decoder.decompress(data, PART)
        if not found and decoder.eof:
            raise ValueError("it is cut off or damaged")
        made += len(found)
        yield found


def read_header(file):
    """The header of the archive, unpacked, and where the packed data begin."""
    head = file.read(32)
    if head[:6] != SIGNATURE or len(head) < 32:
        raise ValueError("it is no 7z archive")
    offset, size = struct.unpack("<QQ", head[12:28])
    if size > MAX_HEADER:
        raise ValueError("its header is too large")
    file.seek(32 + offset)
    reader = Reader(file.read(size))
    while size and (kind := reader.byte()) != 1:
        if kind != 23:
            raise ValueError("the header cannot be read")
        folders, _ = read_streams(reader)
        if folders[0].size > MAX_HEADER:
            raise ValueError("its header is too large")
        reader = Reader(b"".join(chunks_of(file, folders[0], 32)))
    return reader


def members_of(reader):
    """Folders with the members in each, and members without content (folders, empty files) left out."""
    folders, sizes, names, empty = [], [], [], []
    while (kind := reader.number()) != END:
        if kind == 4:
            folders, sizes = read_streams(reader)
        elif kind == 5:
            names, empty = read_files(reader)
        else:
            raise ValueError("the header cannot be read")
    filled = iter([name for name, bare in zip(names, empty) if not bare])
    return [(folder, [Member(next(filled), size) for size in each]) for folder, each in zip(folders, sizes)]


def read_files(reader):
    count = reader.number()
    names, empty = [], [False] * count
    while (kind := reader.number()) != END:
        data = reader.bytes(reader.number())
        if kind == EMPTY_STREAM:
            empty = Reader(data).bits(count)
        elif kind == NAMES:
            if data[:1] != b"\0":
                raise ValueError("the names lie elsewhere")
            names = data[1:].decode("utf-16-le").split("\0")[:count]
    return names, empty


def list_members(path):
    """Names and sizes of the files. Raises `ValueError` with what is wrong."""
    with open(path, "rb") as file:
        return [member for _, members in members_of(read_header(file)) for member in members]


def unpack(path, write):
    """Calls `write(name, chunks)` for each file, in the order of the archive; the chunks must be used up."""
    with open(path, "rb") as file:
        for folder, members in members_of(read_header(file)):
            stream = Stream(chunks_of(file, folder, 32))
            for name, size in members:
                write(name, stream.take(size))


class Stream:
    """The bytes of a folder, cut into its files."""

    def __init__(self, chunks):
        self.chunks, self.rest = chunks, b""

    def take(self, size):
        while size:
            if not self.rest:
                self.rest = next(self.chunks, None)
                if self.rest is None:
                    raise ValueError("it is cut off")
            part, self.rest = self.rest[:size], self.rest[size:]
            size -= len(part)
            yield part
