#!/usr/bin/env python3
"""Made tests/golden/pictures with Pillow 9.4 and numpy: files of several kinds, each with what Pillow reads in it."""
import os

import numpy
from PIL import Image

os.chdir("tests/golden/pictures")
rng = numpy.random.default_rng(1)
small = rng.integers(0, 256, (7, 10, 3), dtype=numpy.uint8)
photo = Image.fromarray(small).resize((53, 37), Image.BICUBIC)


def keep(name, **options):
    def save(image):
        image.save(name, **options)
        return Image.open(name)
    return save


def expect(name, image):
    image.save(name + ".png", optimize=True)


expect("rgb.jpg", keep("rgb.jpg", quality=80)(photo))
expect("progressive.jpg", keep("progressive.jpg", quality=80, progressive=True)(photo))
expect("cmyk.jpg", keep("cmyk.jpg", quality=90)(photo.convert("CMYK")).convert("RGB"))
expect("palette.png", keep("palette.png", bits=4)(photo.quantize(16)).convert("RGB"))
grey = numpy.asarray(photo.convert("L")).astype(numpy.uint16) * 256 + 77
Image.fromarray(grey).save("grey16.png")
expect("grey16.png", Image.fromarray((grey >> 8).astype(numpy.uint8)))

for width, height in ((20, 16), (80, 60), (7, 37)):
    expect(f"resized-{width}x{height}", photo.resize((width, height), Image.BILINEAR))
expect("resized-part", photo.resize((24, 24), Image.BILINEAR, box=(5.5, 2.25, 40.5, 30)))
expect("photo", photo)
