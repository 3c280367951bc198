"""Writes the seeds of fuzz/corpus: small good inputs, by hand, with nothing but Python.

Usage: python3 fuzz/corpus.py     (files that fuzzing found, named by their hash, stay)
"""
import json
import pathlib
import struct
import zlib

ROOT = pathlib.Path(__file__).with_name("corpus")


def put(target, name, data):
    (ROOT / target).mkdir(parents=True, exist_ok=True)
    (ROOT / target / name).write_bytes(data)


def text(value):
    return struct.pack("<Q", len(value)) + value


def gguf(version, keys, tensors, data):
    out = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(keys))
    for key, kind, value in keys:
        out += text(key) + struct.pack("<I", kind) + value
    for name, dims, kind, offset in tensors:
        out += text(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}QIQ", *dims, kind, offset)
    return out + bytes(-len(out) % 32) + data


def gguf_seeds():
    f32 = struct.pack("<8f", *range(8))
    put("gguf", "f32", gguf(3, [(b"general.architecture", 8, text(b"gemma2"))], [(b"w", [8], 0, 0)], f32))
    put("gguf", "v2", gguf(2, [(b"a", 4, struct.pack("<I", 7)), (b"b", 7, b"\1")], [(b"w", [4, 2], 0, 0)], f32))
    scalars = [(b"%d" % i, i, bytes([1] + [0] * (n - 1))) for i, n in
               enumerate([1, 1, 2, 2, 4, 4, 4, 1]) if n] + [(b"10", 10, b"\1" * 8), (b"11", 11, b"\1" * 8), (b"12", 12, b"\1" * 8)]
    arrays = [(b"strings", 9, struct.pack("<IQ", 8, 2) + text(b"ab") + text(b"")),
              (b"floats", 9, struct.pack("<IQ2f", 6, 2, 1, 2)),
              (b"nested", 9, struct.pack("<IQ", 9, 1) + struct.pack("<IQ2i", 5, 2, 1, 2)),
              (b"general.alignment", 4, struct.pack("<I", 32))]
    put("gguf", "metadata", gguf(3, scalars + arrays, [], b""))
    sizes = {2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 10: (256, 84), 11: (256, 110),
             12: (256, 144), 13: (256, 176), 14: (256, 210), 20: (32, 18), 30: (1, 2), 1: (1, 2), 16: (256, 66),
             28: (1, 8)}
    for kind, (elements, size) in sizes.items():
        put("gguf", f"type{kind}", gguf(3, [], [(b"w", [elements], kind, 0)], bytes(range(size))))
    put("gguf", "big_endian", b"GGUF\0\0\0\3" + bytes(16))


def safetensors_seeds():
    def file(header, data):
        header = json.dumps(header, separators=(",", ":")).encode()
        return struct.pack("<Q", len(header)) + header + data

    def entry(dtype, shape, begin, end):
        return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}

    put("safetensors", "two", file({"w": entry("F32", [2], 0, 8), "b": entry("BOOL", [3], 8, 11)}, b"\0" * 8 + b"\0\1\2"))
    put("safetensors", "metadata", file({"__metadata__": {"format": "pt"}, "s": entry("BF16", [], 0, 2)}, b"ab"))
    put("safetensors", "none", file({}, b""))
    put("safetensors", "packed", file({"p": entry("F4", [4], 0, 2), "z": entry("I64", [0, 7], 2, 2)}, b"ab"))


def varints(*numbers):
    out = b""
    for n in numbers:
        while n >= 128:
            out += bytes([n & 127 | 128])
            n >>= 7
        out += bytes([n])
    return out


def ocdbt_seeds():
    files = varints(2, 4, 5, 4, 0, 4) + b"d/abc" + b"wxyz"   # d/abc and d/abwxyz, or nearly
    table = varints(1) + varints(5) + varints(0) + b"d/abc"
    manifest = bytes(16) + varints(0, 1024, 100000000) + b"\4" + varints(1) + struct.pack("<i", 0) + table
    manifest += varints(1, 1) + b"\0" + varints(0, 10, 20, 3, 4, 5) + struct.pack("<Q", 9) + varints(0)
    put("ocdbt", "manifest", b"\1" + manifest)
    leaf = b"\0" + table + varints(2) + varints(2) + varints(3, 1) + b"abc" + b"d"
    leaf += varints(5, 300) + varints(0, 1) + varints(0) + varints(7) + b"value"
    put("ocdbt", "leaf", b"\0" + leaf)
    inner = b"\1" + table + varints(2) + varints(1) + varints(2, 1) + varints(1, 2) + b"ab" + b"c"
    inner += varints(0, 0) + varints(1, 2) + varints(3, 4) + varints(1, 1) * 3
    put("ocdbt", "inner", b"\4" + inner)
    put("ocdbt", "two_files", b"\0" + b"\0" + files + varints(1) + varints(1) + b"a" + varints(1, 0) + b"v")
    put("ocdbt", "whole", b"\2" + b"\x0c\xdb\x20\xde" + struct.pack("<Q", 20) + b"\0\1" + bytes(6))


def zarr_seeds():
    def put_array(name, metadata, chunk):
        put("zarr", name, json.dumps(metadata, separators=(",", ":")).encode() + b"\0" + chunk)

    v2 = {"zarr_format": 2, "shape": [3, 2], "chunks": [2, 2], "dtype": "<f4", "compressor": None,
          "fill_value": None, "filters": None, "order": "C", "dimension_separator": "."}
    put_array("v2", v2, bytes(16))
    put_array("plain", v2 | {"chunks": [3, 2]}, bytes(24))
    put_array("column_major", v2 | {"order": "F", "dtype": ">i2", "chunks": [2, 1]}, bytes(4))
    put_array("fill", v2 | {"shape": [8], "chunks": [2], "fill_value": "NaN"}, bytes(9))
    zstd = bytes.fromhex("28b52ffd2010") + bytes.fromhex("810000") + bytes(16)   # 16 bytes, one raw block
    put_array("zstd", v2 | {"compressor": {"id": "zstd", "level": 1}, "dtype": "bfloat16", "chunks": [4, 2]}, zstd)
    put_array("gzip", v2 | {"compressor": {"id": "zlib"}, "dtype": "|b1"}, zlib.compress(b"\0\1\2\3"))
    v3 = {"zarr_format": 3, "node_type": "array", "shape": [4], "data_type": "float32", "fill_value": 0.0,
          "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2]}},
          "chunk_key_encoding": {"name": "default"},
          "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}]}
    put_array("v3", v3, bytes(8))
    inner = [{"name": "bytes", "configuration": {"endian": "little"}}]
    shards = {"name": "sharding_indexed", "configuration": {"chunk_shape": [1], "codecs": inner, "index_codecs": inner}}
    index = struct.pack("<4Q", 0, 4, 2**64 - 1, 2**64 - 1)
    put_array("shards", v3 | {"codecs": [shards]}, b"abcd" + index)
    put_array("checksum", v3 | {"codecs": inner + [{"name": "crc32c"}]}, bytes(8) + bytes.fromhex("ad5c8d8c"))


def npy_seeds():
    for name, header in {"f4": "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
                         "fortran": "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }",
                         "bool": "{'descr': '|b1', 'fortran_order': False, 'shape': (), }"}.items():
        header = header.encode() + b"\n"
        put("npy", name, b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + bytes(8)[: 1 if name == "bool" else 8])


gguf_seeds()
safetensors_seeds()
ocdbt_seeds()
zarr_seeds()
npy_seeds()
