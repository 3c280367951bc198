"""Makes the pictures beside this script and goldens.npz, what they decode and resize to.

python3 -m venv /tmp/v && /tmp/v/bin/pip install pillow numpy && /tmp/v/bin/python tests/data/goldens.py
Made with Pillow 13.0.0, NumPy 2.4.6. Equal versions give equal bytes.
"""

import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent
pictures = here / "pictures"
pictures.mkdir(exist_ok=True)
goldens = {}


def colors(height, width, channels=3):
    """Smooth colours with an edge, so that a wrong axis, channel or orientation shows."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [255 * x / width, 255 * y / height, np.where(x + 2 * y < width, 220, 30), 255 * (x + y) / (width + height)]
    return np.stack(planes[:channels], axis=-1).astype(np.uint8)


def luma(rgb):
    r, g, b = (rgb[..., c].astype(np.int64) for c in range(3))
    return ((r * 19595 + g * 38470 + b * 7471 + 32768) >> 16).astype(np.uint8)[..., None]


def over(color, alpha, background):
    a = alpha.astype(np.int64)[..., None]
    return ((color.astype(np.int64) * a + np.array(background) * (255 - a) + 127) // 255).astype(np.uint8)


def expect(name, rgb):
    """`rgb` is u8[H,W,3]; the grey golden follows from it."""
    goldens[name + "/rgb"] = rgb
    goldens[name + "/grey"] = luma(rgb)


def save(name, image, expected=None, **options):
    image.save(pictures / name, **options)
    expect(name, np.asarray(Image.open(pictures / name).convert("RGB")) if expected is None else expected)


def png(name, rows, width, depth, color_type, interlaced=0):
    """What Pillow does not write: 16-bit colour and interlacing. `rows` are the filtered bytes of each pass."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", width, HEIGHT, depth, color_type, 0, 0, interlaced)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    (pictures / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


HEIGHT, WIDTH = 14, 20
rgb = colors(HEIGHT, WIDTH)
alpha = colors(HEIGHT, WIDTH, 4)[..., 3]
grey = rgb[..., 0]
picture = Image.fromarray(rgb)
three = np.repeat(grey[..., None], 3, axis=-1)

save("baseline.jpg", picture, quality=90)
save("progressive.jpg", picture, quality=90, progressive=True)
save("full_chroma.jpg", picture, quality=90, subsampling=0)
save("grey.jpg", Image.fromarray(grey), quality=90)
save("cmyk.jpg", picture.convert("CMYK"), quality=95)

save("rgb.png", picture)
save("grey.png", Image.fromarray(grey))
save("one_bit.png", Image.fromarray(grey).convert("1", dither=Image.Dither.NONE))
save("palette.png", picture.quantize(16))
save("rgba.png", Image.fromarray(colors(HEIGHT, WIDTH, 4)), over(rgb, alpha, (0, 0, 0)))
save("grey_alpha.png", Image.fromarray(np.stack([grey, alpha], axis=-1)), over(three, alpha, (0, 0, 0)))
goldens["rgba.png/over_white"] = over(rgb, alpha, (255, 255, 255))
indexed = picture.quantize(16)
hole = np.asarray(indexed) == 3
save("palette_hole.png", indexed, np.where(hole[..., None], 0, np.asarray(indexed.convert("RGB"))).astype(np.uint8),
     transparency=3)
png("grey_16.png", [row.astype(">u2").tobytes() for row in grey.astype(np.uint16) * 257], WIDTH, 16, 0)
expect("grey_16.png", three)
png("rgb_16.png", [row.astype(">u2").tobytes() for row in rgb.astype(np.uint16) * 257], WIDTH, 16, 2)
expect("rgb_16.png", rgb)
passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
png("interlaced.png", [row.tobytes() for y, x, dy, dx in passes for row in rgb[y::dy, x::dx]], WIDTH, 8, 2, 1)
expect("interlaced.png", rgb)

save("lossy.webp", picture, quality=90)
save("lossless.webp", picture, lossless=True)
save("alpha.webp", Image.fromarray(colors(HEIGHT, WIDTH, 4)), over(rgb, alpha, (0, 0, 0)), lossless=True, exact=True)
picture.save(pictures / "animated.webp", save_all=True, append_images=[Image.fromarray(255 - rgb)], lossless=True)
picture.quantize(16).save(pictures / "other.gif")

# The same picture upright, stored turned in each of the eight ways that EXIF knows.
turns = {1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
         5: lambda a: a.transpose(1, 0, 2), 6: lambda a: np.rot90(a, 1), 7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
         8: lambda a: np.rot90(a, -1)}
for orientation, turn in turns.items():
    exif = Image.Exif()
    exif[0x112] = orientation
    image = Image.fromarray(np.ascontiguousarray(turn(rgb)))
    for suffix in ("png", "webp"):
        image.save(pictures / f"turned_{orientation}.{suffix}", exif=exif, lossless=True)
image = Image.fromarray(np.ascontiguousarray(turns[6](rgb)))
exif[0x112] = 6
image.save(pictures / "turned_6.jpg", exif=exif, quality=95, subsampling=0)
goldens["turned_6.jpg/stored"] = np.asarray(Image.open(pictures / "turned_6.jpg"))
goldens["upright"] = rgb

# Resizing: noise shows every wrong weight.
noise = np.random.default_rng(1).integers(0, 256, (23, 37, 3), dtype=np.uint8)
goldens["noise"] = noise
for height, width in [(23, 37), (32, 32), (10, 11), (23, 5), (7, 37), (1, 1), (64, 3), (26, 40)]:
    goldens[f"resize/{height}x{width}"] = np.asarray(Image.fromarray(noise).resize((width, height), Image.BILINEAR))
goldens["resize/grey_9x9"] = np.asarray(Image.fromarray(noise[..., 0]).resize((9, 9), Image.BILINEAR))[..., None]


def cover(array, side):
    """torchvision's Resize(side) and CenterCrop(side)."""
    height, width = array.shape[:2]
    size = (side, int(side * height / width)) if width <= height else (int(side * width / height), side)
    resized = Image.fromarray(array).resize(size, Image.BILINEAR)
    left, top = round((size[0] - side) / 2), round((size[1] - side) / 2)
    return np.asarray(resized.crop((left, top, left + side, top + side)))


for side in (8, 23, 32):
    goldens[f"cover/wide_{side}"] = cover(noise, side)
    goldens[f"cover/tall_{side}"] = cover(np.ascontiguousarray(noise.transpose(1, 0, 2)), side)
goldens["crop/9x8"] = noise[7:16, 14:22]

np.savez_compressed(here / "goldens.npz", **goldens)
