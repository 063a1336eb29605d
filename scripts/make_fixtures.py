#!/usr/bin/env python3
"""Makes data/fixtures/line.csv, moons.csv, signal.csv, waves.csv, corners.safetensors and fashion/ again, the same bytes every time.

fashion/ is cut from data/raw/fashion-mnist (scripts/get_data.sh fashion-mnist)."""
import gzip
import math
import pathlib
import random
import struct

fixtures = pathlib.Path(__file__).resolve().parent.parent / "data" / "fixtures"


def write(name, header, rows):
    lines = [header] + [",".join(str(field) for field in row) for row in rows]
    (fixtures / name).write_text("\n".join(lines) + "\n")


def line():
    """y = 3 a - 2 b + 0.5, and noise of deviation 0.1."""
    draw = random.Random(1)
    for _ in range(240):
        a, b = draw.uniform(-2, 2), draw.uniform(-2, 2)
        yield f"{a:.4f}", f"{b:.4f}", f"{3 * a - 2 * b + 0.5 + draw.gauss(0, 0.1):.4f}"


def moons():
    """Two half circles, one hooked into the other, noise of deviation 0.1."""
    draw = random.Random(2)
    for i in range(300):
        angle, upper = draw.uniform(0, math.pi), i % 2 == 0
        x = math.cos(angle) if upper else 1 - math.cos(angle)
        y = math.sin(angle) if upper else 0.5 - math.sin(angle)
        yield (f"{x + draw.gauss(0, 0.1):.4f}", f"{y + draw.gauss(0, 0.1):.4f}",
               "upper" if upper else "lower")


def signal():
    """Thirteen waves of up to 12 periods, the slow ones stronger."""
    draw = random.Random(3)
    waves = [(f, draw.gauss(0, 1) / (1 + f / 4), draw.uniform(0, 2 * math.pi)) for f in range(13)]
    for k in range(1000):
        time = k / 1000
        value = sum(size * math.cos(2 * math.pi * f * time + phase) for f, size, phase in waves)
        yield f"{time:.3f}", f"{value:.4f}"


def waves():
    """level = 10 + 3 sin(2 pi t / 12) + sin(2 pi t / 5), and noise of deviation 0.5."""
    draw = random.Random(3)
    for t in range(400):
        level = 10 + 3 * math.sin(t * math.pi / 6) + math.sin(t * math.pi / 2.5)
        yield t, f"{level + draw.gauss(0, 0.5):.3f}"


def corners():
    """A picture of two by two pixels, for `dlt api run`."""
    header = b'{"x":{"dtype":"F32","shape":[1,1,2,2],"data_offsets":[0,16]}}'
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + struct.pack("<4f", 1, 2, 3, 4)


def cut(name, axes, count):
    raw = gzip.decompress((fixtures.parent / "raw" / "fashion-mnist" / name).read_bytes())
    begin, sizes = 4 + 4 * axes, struct.unpack(f">{axes}I", raw[4:4 + 4 * axes])
    each = math.prod(sizes[1:])
    head = raw[:4] + struct.pack(f">{axes}I", count, *sizes[1:])
    packed = gzip.compress(head + raw[begin:begin + count * each], 9, mtime=0)
    (fixtures / "fashion" / name).write_bytes(packed)


(fixtures / "corners.safetensors").write_bytes(corners())
write("line.csv", "a,b,y", line())
write("moons.csv", "x,y,moon", moons())
write("signal.csv", "time,value", signal())
write("waves.csv", "time,level", waves())
for part, count in ("train", 60), ("t10k", 20):
    cut(f"{part}-images-idx3-ubyte.gz", 3, count)
    cut(f"{part}-labels-idx1-ubyte.gz", 1, count)
