"""Writes the first test picture of every class as a PNG file, named after its class.

Usage: demo_pictures.py DATA OUT, with DATA the official binary CIFAR-10 folder or the four Fashion-MNIST files.
"""

import gzip
import os
import struct
import sys
import zlib

FASHION_CLASSES = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle_boot"]


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def write_png(path, width, height, channels, rows):
    """8 bits a channel, grey or RGB; every row starts with filter type 0."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2 if channels == 3 else 0, 0, 0, 0)
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header))
        out.write(chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b""))


def cifar10(data):
    """Yields (class, width, height, channels, rows): a record is a label, then the red, green and blue planes."""
    with open(os.path.join(data, "batches.meta.txt")) as names:
        classes = names.read().split()
    with open(os.path.join(data, "test_batch.bin"), "rb") as batch:
        while record := batch.read(1 + 3 * 1024):
            red, green, blue = (record[1 + 1024 * plane : 1 + 1024 * (plane + 1)] for plane in range(3))
            pixels = bytes(value for pixel in zip(red, green, blue) for value in pixel)
            yield classes[record[0]], 32, 32, 3, [pixels[96 * y : 96 * (y + 1)] for y in range(32)]


def fashion_mnist(data):
    with gzip.open(os.path.join(data, "t10k-labels-idx1-ubyte.gz")) as file:
        labels = file.read()[8:]
    with gzip.open(os.path.join(data, "t10k-images-idx3-ubyte.gz")) as file:
        file.read(16)
        for label in labels:
            pixels = file.read(784)
            yield FASHION_CLASSES[label], 28, 28, 1, [pixels[28 * y : 28 * (y + 1)] for y in range(28)]


def main():
    data, out = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    pictures = cifar10(data) if os.path.exists(os.path.join(data, "test_batch.bin")) else fashion_mnist(data)
    written = set()
    for name, width, height, channels, rows in pictures:
        if name not in written:
            written.add(name)
            write_png(os.path.join(out, name + ".png"), width, height, channels, rows)
        if len(written) == 10:
            return


main()
