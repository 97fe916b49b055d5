"""Where a JPEG's first picture ends, told by its markers (ITU-T T.81, annex B) without decoding it.

Cameras and phones write more behind it: previews and second pictures (CIPA DC-007), maker's notes,
videos. So the last bytes of a file alone do not tell whether its picture is whole.
"""

import io
import re

PICTURE, END = b"\xff\xd8", b"\xff\xd9"
INDEX, INDEX_END, ENTRY = b"SEFH", b"SEFT", 12  # of a Samsung trailer; bytes per entry
VIDEO = re.compile(rb'(?:MicroVideoOffset|Item:Length)="(\d{1,18})"')
IN_HEADER = re.compile(rb"\xff[^\x00\xff]")
BETWEEN_SCANS = re.compile(rb"\xff+[^\x00\xff]")
IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # 0 is a stuffed byte, D0 to D7 are restarts
START, END_OF_IMAGE, START_OF_SCAN = 0xD8, 0xD9, 0xDA
ALONE = {0x01, *range(0xD0, START)}  # markers of no segment
SEGMENTS = 100_000  # more than any camera writes


def first_end(data: bytes) -> int:
    """The offset behind the first picture of a JPEG, 0 where it has no end.

    Within the data of a scan a byte FF is followed by 0 or a restart, so what else follows is the
    next marker. All other segments, which may hold whole previews, tell their lengths. Bytes
    between those of the header are passed over, as decoders do; some cameras write such.

    >>> first_end(bytes.fromhex("ffd8 ffe0 0004 ffd9 ffda 0002 12ff00 34 ffd9") + b"behind")
    18
    """
    place, marker, in_header = 2, START, True
    for _ in range(SEGMENTS):
        if in_header:
            found = IN_HEADER.search(data, place)
        elif marker == START_OF_SCAN:
            found = IN_SCAN.search(data, place)
        else:
            found = BETWEEN_SCANS.match(data, place)
        if found is None:
            break
        place, marker = found.end(), data[found.end() - 1]
        if marker == END_OF_IMAGE:
            return 0 if in_header else place
        in_header = in_header and marker != START_OF_SCAN
        behind = place
        if marker not in ALONE:
            behind += int.from_bytes(data[place : place + 2])
        # Of another picture, which took the place of the rest of this one.
        if marker == START or (not in_header and PICTURE in data[place : behind + 1]):
            break
        place = behind
    return 0


def ends_before_trailer(file: io.BufferedIOBase, tail: bytes, size: int, xmp: bytes) -> bool:
    """Whether what phones append to their photos has the end of a picture before it.

    Known are Samsung's trailer, which ends in an index (how far before it its parts begin, its
    length, a name), and videos of Android's motion photos, whose length is told by the photo's
    `xmp`. `tail` are the last bytes of the file, which is `size` long.
    """
    places = [size - int(length) for length in VIDEO.findall(xmp)]
    if tail.endswith(INDEX_END):
        length = int.from_bytes(tail[-8:-4], "little")
        index = tail[-8 - length : -8]
        if index.startswith(INDEX):
            starts = range(ENTRY, len(index), ENTRY)
            before = [int.from_bytes(index[start + 4 : start + 8], "little") for start in starts]
            places.append(size - 8 - length - max(before, default=0))
    return any(_is_end(file, place) for place in places if place > len(END))


def _is_end(file: io.BufferedIOBase, place: int) -> bool:
    file.seek(place - len(END))
    return file.read(len(END)) == END
