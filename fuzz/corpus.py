"""Writes the seeds of fuzz/corpus: small good inputs and, named bad_*, hostile ones; by hand, with nothing but Python.

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
    put("gguf", "many_types", gguf(3, [(b"t", 9, struct.pack("<IQ2i", 5, 2, 1, -2)), (b"n", 5, struct.pack("<i", -7))],
                                   [(b"w", [2, 2], 24, 0), (b"blk.0.w", [1], 27, 32)], bytes(40)))
    bad = {"alignment_text": ([(b"general.alignment", 8, text(b"32"))], []),
           "alignment_3": ([(b"general.alignment", 4, struct.pack("<I", 3))], []),
           "overlap": ([], [(b"a", [8], 0, 0), (b"b", [8], 0, 0)]),
           "outside": ([], [(b"a", [8], 0, 2**40)]),
           "unaligned": ([], [(b"a", [2], 0, 4)]),
           "part_of_a_block": ([], [(b"a", [33], 8, 0)]),
           "huge": ([], [(b"a", [2**62, 2**62], 0, 0)]), "large": ([], [(b"a", [2**62], 0, 0)]), "rank": ([], [(b"a", [1] * 5, 0, 0)]),
           "name_twice": ([], [(b"a", [2], 0, 0), (b"a", [2], 0, 32)]),
           "key_twice": ([(b"k", 7, b"\0"), (b"k", 7, b"\1")], []),
           "unknown_type": ([], [(b"a", [2], 77, 0)]),
           "kind_13": ([(b"k", 13, b"")], []),
           "bool_2": ([(b"k", 7, b"\2")], []),
           "no_utf8": ([(b"k", 8, text(b"\xff\xc0\x80"))], []),
           "deep": ([(b"k", 9, struct.pack("<IQ", 9, 1) * 40 + struct.pack("<IQ", 0, 0))], []),
           "count": ([(b"k", 9, struct.pack("<IQ", 8, 2**61))], [])}
    for name, (keys, tensors) in bad.items():
        put("gguf", "bad_" + name, gguf(3, keys, tensors, f32 + f32))
    put("gguf", "bad_magic", b"GGLA" + bytes(20))
    put("gguf", "bad_version", b"GGUF\4\0\0\0" + bytes(16))
    put("gguf", "bad_name", b"GGUF" + struct.pack("<IQQQ", 3, 1, 0, 2**40) + b"w")
    put("gguf", "bad_counts", b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60))


def safetensors_seeds():
    def file(header, data):
        header = json.dumps(header, separators=(",", ":")).encode()
        return struct.pack("<Q", len(header)) + header + data

    def entry(dtype, shape, begin, end):
        return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}

    put("safetensors", "two", file({"w": entry("F32", [2], 0, 8), "b": entry("BOOL", [3], 8, 11)}, b"\0" * 8 + b"\0\1\2"))
    put("safetensors", "metadata", file({"__metadata__": {"format": "pt"}, "s": entry("BF16", [], 0, 2)}, b"ab"))
    put("safetensors", "none", file({}, b""))
    for i, name in enumerate(["I8", "U16", "F16", "U32", "C64", "F6_E2M3", "F8_E5M2"]):
        bits = [8, 16, 16, 32, 64, 6, 8][i]
        put("safetensors", name, file({"w": entry(name, [4], 0, bits // 2)}, bytes(bits // 2)))
    w = '{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'
    for i, header in enumerate([
            "", "[]", "1", "null", "nothing", '{"w":1}', '{"w":"x"}', '{"w":[]}', '{"w":null}', '{"w":-1}', '{"w":1.5}', '{"w":true}',
            '{"__metadata__":{"a":1}}', '{"__metadata__":{"a":"b","a":"c"}}', '{"__metadata__":{"a":{}}}',
            w + "," + w[1:] + "}", w + "}\0", w + ',"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
            w + ',"b":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}', w.replace("0,1", "0,2") + "}", w.replace("0,1", "1,0") + "}",
            w.replace("0,1", "0,1,2") + "}", w.replace("[1]", "{}") + "}", w.replace("[1]", "1") + "}", w.replace('"U8"', "[]") + "}",
            w.replace('"U8"', '"U7"') + "}", w.replace('"U8"', '"F4"') + "}", w.replace('"U8"', "8") + "}",
            w.replace("[1]", "[-1]") + "}", w.replace("[1]", '["1"]') + "}", w.replace("[1]", "[[1]]") + "}",
            w.replace("[1]", "[0.5]") + "}", w.replace("[1]", "[4294967296,4294967296]") + "}", w.replace("[1]", "[18446744073709551615]") + "}",
            w.replace("[1]", "[" + "1," * 32 + "1]") + "}", w.replace("shape", "dtype") + "}", w.replace("shape", "size") + "}",
            '{"w":{"dtype":"U8"}}', '{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]', "[" * 2000, '{"a":' * 500, '{"\xff":{}}']):
        header = header.encode("latin-1")
        put("safetensors", f"bad_{i}", struct.pack("<Q", len(header)) + header + b"\0")
    put("safetensors", "bad_length", struct.pack("<Q", 2**63) + b"{}")
    put("safetensors", "bad_short", b"\2\0\0")
    put("safetensors", "bad_rest", file({}, b"x"))
    put("safetensors", "packed", file({"p": entry("F4", [4], 0, 2), "z": entry("I64", [0, 7], 2, 2)}, b"ab"))


def varints(*numbers):
    out = b""
    for n in numbers:
        while n >= 128:
            out += bytes([n & 127 | 128])
            n >>= 7
        out += bytes([n])
    return out


def crc32c(data):
    sum = 0xFFFFFFFF
    for byte in data:
        sum ^= byte
        for _ in range(8):
            sum = sum >> 1 ^ (0x82F63B78 if sum & 1 else 0)
    return sum ^ 0xFFFFFFFF


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
    def bad(name, kind, body):
        put("ocdbt", "bad_" + name, bytes([kind]) + body)

    rest = varints(1, 0) + b"v"   # of a leaf with one inline value: its length, its kind, itself
    one = varints(1, 1) + b"a"    # one key
    bad("varint", 0, b"\0" + b"\xff" * 10)
    bad("length", 0, b"\0" + varints(1, 70000, 0) + b"x")
    bad("count", 0, b"\0" + varints(0, 2**40))
    bad("prefix", 0, b"\0" + varints(0, 2, 9, 1, 1) + b"ab" + varints(1, 1, 0, 0) + b"vw")
    bad("unsorted", 0, b"\0" + varints(0, 2, 0, 1, 1) + b"ba" + varints(1, 1, 0, 0) + b"vw")
    for name, path in {"parent": b"../x", "root": b"/x", "zero": b"a\0b", "none": b""}.items():
        bad("path_" + name, 0, b"\0" + varints(1, len(path), 0) + path + one + rest)
    bad("base", 0, b"\0" + varints(1, 1, 2) + b"d" + one + rest)
    bad("file", 0, b"\0" + varints(0) + one + varints(5, 1, 3, 7))
    bad("height", 4, b"\3" + varints(0) + one + rest)
    bad("no_keys", 0, b"\0" + varints(0, 0))
    bad("rest", 0, b"\0" + varints(0) + one + rest + b"more")
    bad("subtree", 4, b"\1" + table + varints(1, 1, 2) + b"a" + varints(0, 1, 2, 1, 1, 1))
    bad("numbered", 1, bytes(16) + varints(1))
    bad("level", 1, manifest[:16] + varints(0, 1024, 100000000) + b"\4" + varints(0) + table + varints(0))
    bad("compression", 1, manifest[:16] + varints(0, 1, 1) + b"\4" + varints(2))

    def record(body, packed, length=None):
        body = b"\x0c\xdb\x20\xde" + struct.pack("<Q", length or len(body) + 18) + bytes([0, packed]) + body
        return b"\2" + body + struct.pack("<I", crc32c(body))

    raw = b"\0" + varints(0) + one + rest   # in zstd as one raw block
    zstd = bytes.fromhex("28b52ffd20") + bytes([len(raw)]) + (len(raw) << 3 | 1).to_bytes(3, "little") + raw
    put("ocdbt", "packed", record(zstd, 1))
    bomb = bytes.fromhex("28b52ffd0038") + b"".join((1 << 20 | 2 | (i == 699)).to_bytes(3, "little") + b"\0" for i in range(700))
    put("ocdbt", "bad_bomb", record(bomb, 1))   # 90 MB of zeros in runs of 128 KiB
    put("ocdbt", "bad_window", record(bytes.fromhex("28b52ffd0088") + zstd[6:], 1))   # wants 128 MiB
    put("ocdbt", "bad_packed", record(b"\x28\xb5\x2f\xfd\xff", 1))
    put("ocdbt", "bad_record_length", record(raw, 0, 99))
    put("ocdbt", "bad_record_compression", record(raw, 2))
    put("ocdbt", "bad_record_sum", record(raw, 0)[:-1] + b"\0")
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
    put_array("zstd_window", v2 | {"compressor": {"id": "zstd"}, "dtype": "|i1", "chunks": [4, 4]}, bytes.fromhex("28b52ffd0088") + zstd[6:])
    put_array("bad_zstd_more", v2 | {"compressor": {"id": "zstd"}, "dtype": "|i1"}, zstd)
    put_array("bad_zstd_less", v2 | {"compressor": {"id": "zstd"}, "chunks": [4, 4]}, zstd)
    put_array("bad_zstd", v2 | {"compressor": {"id": "zstd"}, "chunks": [4, 4]}, zstd[:-1])
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
    put_array("v2_keys", v3 | {"chunk_key_encoding": {"name": "v2", "configuration": {"separator": "."}}, "data_type": "bool"}, bytes(2))
    first = shards | {"configuration": shards["configuration"] | {"index_location": "start"}}
    put_array("index_first", v3 | {"codecs": [first], "fill_value": "Infinity"}, index + b"abcd")
    put_array("v3_gzip", v3 | {"codecs": [{"name": "bytes", "configuration": {"endian": "big"}}, {"name": "gzip"}],
                               "fill_value": True}, zlib.compress(bytes(8)))
    put_array("fills", v3 | {"shape": [16], "fill_value": "-Infinity"}, bytes(8))
    put_array("scalar", v3 | {"shape": [], "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": []}}}, bytes(4))
    bad2 = {"version": {"zarr_format": 4}, "order": {"order": "K"}, "dtype": {"dtype": "<U4"}, "dtype_number": {"dtype": 4},
            "chunk_0": {"chunks": [0, 2]}, "rank": {"chunks": [1]}, "rank_33": {"shape": [1] * 33}, "dim": {"shape": [-1, 2]},
            "huge": {"shape": [2**62, 2], "chunks": [1, 1]}, "filters": {"filters": [{"id": "delta"}]}, "order_null": {"order": 3},
            "compressor": {"compressor": {"id": "blosc"}}, "compressor_text": {"compressor": "zstd"},
            "separator": {"dimension_separator": "-"}, "fill": {"fill_value": "AAAA", "shape": [8], "chunks": [2]}}
    for name, change in bad2.items():
        put_array("bad_" + name, v2 | change, bytes(16))
    bytes_codec, config = inner[0], shards["configuration"]
    bad3 = {"group": {"node_type": "group"}, "data_type": {"data_type": "r16"}, "grid": {"chunk_grid": {"name": "rectangular"}},
            "keys": {"chunk_key_encoding": {"name": "fan"}}, "no_codecs": {"codecs": []}, "codecs_order": {"codecs": [{"name": "gzip"}]},
            "endian": {"codecs": [{"name": "bytes", "configuration": {"endian": "middle"}}]},
            "two_sums": {"codecs": inner + [{"name": "crc32c"}] * 2},
            "uneven": {"codecs": [shards | {"configuration": config | {"chunk_shape": [3]}}], "shape": [9],
                       "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4]}}},
            "index": {"codecs": [shards | {"configuration": config | {"index_codecs": inner + [{"name": "gzip"}]}}]},
            "place": {"codecs": [shards | {"configuration": config | {"index_location": "middle"}}]}}
    for name, change in bad3.items():
        put_array("bad_v3_" + name, v3 | change, bytes(8))
    put_array("bad_shard_short", v3 | {"codecs": [shards]}, bytes(9))
    put_array("bad_shard_outside", v3 | {"codecs": [shards]}, struct.pack("<4Q", 99, 4, 0, 2**63))
    put_array("bad_sum", v3 | {"codecs": inner + [{"name": "crc32c"}]}, bytes(12))
    put_array("bad_sum_short", v3 | {"codecs": inner + [{"name": "crc32c"}]}, bytes(2))
    put_array("bad_many_chunks", v2 | {"shape": [2000], "chunks": [1], "dtype": "|i1", "fill_value": 1}, b"")
    for name, json_text in {"array": b"[]", "open": b'{"a":', "twice": b'{"a":1,"a":2}', "deep": b"[" * 40, "number": b"1e999",
                            "utf8": b'{"\xff":1}', "none": b"{}"}.items():
        put("zarr", "bad_json_" + name, json_text)
    put_array("checksum", v3 | {"codecs": inner + [{"name": "crc32c"}]}, bytes(8) + bytes.fromhex("ad5c8d8c"))


def npy_seeds():
    good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
    bad = {"object": good.replace("<f4", "|O"), "structure": good.replace("'<f4'", "[('a', '<f4')]"), "text": good.replace("<f4", "<U8"),
           "escape": good.replace("<f4", "<\\\\x"), "open": good.replace("'<f4'", "'<f4"), "key": good.replace("shape", "size"),
           "twice": good.replace("shape", "descr"), "missing": "{'descr': '<f4'}", "truth": good.replace("False", "0"),
           "dim": good.replace("(2", "(-2"), "huge": good.replace("(2", "(9999999999999999999"), "product": good.replace("(2", "(4294967296, 4294967296"),
           "rank": good.replace("(2", "(" + "1, " * 33 + "2"), "rest": good + "x", "comma": good.replace(", }", " ]"), "tuple": good.replace(",), }", " 2), }"),
           "double": good.replace("'", '"'), "list": "[1]", "bytes": good.replace("(2", "(3")}
    for name, header in {"bad_" + n: h for n, h in bad.items()}.items():
        put("npy", name, b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + bytes(8))
    put("npy", "v2", b"\x93NUMPY\2\0" + struct.pack("<I", len(good)) + good.encode() + bytes(8))
    put("npy", "bad_version", b"\x93NUMPY\4\0" + struct.pack("<I", len(good)) + good.encode())
    put("npy", "bad_length", b"\x93NUMPY\2\0" + struct.pack("<I", 2**31) + good.encode())
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
