"""Writes the seeds of fuzz/corpus/tokenizer: small good inputs, by hand. Usage: python3 fuzz/tokenizer_corpus.py"""
import json
import pathlib
import struct

ROOT = pathlib.Path(__file__).with_name("corpus") / "tokenizer"
SPACE = "\u2581"


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def model(kind, pieces, byte_fallback=False, charsmap=b"", suffix=False):
    pieces = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3)] + pieces
    if byte_fallback:
        pieces += [(f"<0x{i:02X}>", 0.0, 6) for i in range(256)]
    out = b"".join(field(1, field(1, p) + field(2, s) + (field(3, t) if t != 1 else b"")) for p, s, t in pieces)
    out += field(2, field(3, kind) + field(24, int(suffix)) + field(35, int(byte_fallback)) + field(41, 1))
    return b"m" + out + field(3, field(1, "x") + field(2, charsmap) + field(3, 1) + field(4, 1) + field(5, 1))


def charsmap():
    """A double array that knows one key, "A", whose replacement is "a": units of a root, the letter, its leaf."""
    units = [0] * 512
    units[0] = 1 << 10                      # the root's children: at 0 ^ 1
    units[1 ^ ord("A")] = ord("A") | 1 << 8 | (256 << 10)
    units[1 ^ ord("A") ^ 256] = 1 << 31     # a leaf with value 0
    return struct.pack("<I", 4 * len(units)) + struct.pack(f"<{len(units)}I", *units) + b"a\0"


def put(name, data):
    ROOT.mkdir(parents=True, exist_ok=True)
    (ROOT / name).write_bytes(data)


PIECES = [("l", -1.0, 1), ("o", -2.0, 1), ("lo", -3.0, 5), ("llo", -4.0, 1), (SPACE, -5.0, 1), ("<x>", 0.0, 4), ("H", -6.0, 1),
          (SPACE + "H", -7.0, 1), ("e", -8.0, 1)]
put("unigram", model(1, PIECES, charsmap=charsmap()))
put("bpe", model(2, PIECES, byte_fallback=True))
put("word", model(3, PIECES + [(SPACE + "Hello", -9.0, 1)]))
put("character", model(4, PIECES, suffix=True))
VOCAB = ["<unk>", "<bos>", "H", "e", "l", "o", "ll", "llo", SPACE]
TOKENIZER = {
    "added_tokens": [{"id": 1, "content": "<bos>", "special": True}, {"id": 9, "content": "<x>", "special": False}],
    "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": SPACE},
                                                        {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}]},
    "pre_tokenizer": {"type": "Split", "pattern": {"String": SPACE}, "behavior": "MergedWithPrevious", "invert": False},
    "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<bos>", "type_id": 0}}]},
    "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
                                                  {"type": "ByteFallback"}, {"type": "Fuse"},
                                                  {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
    "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": False,
              "vocab": {p: i for i, p in enumerate(VOCAB)}, "merges": [["l", "l"], "ll o"]},
}
put("json", b"j" + json.dumps(TOKENIZER, separators=(",", ":")).encode())
put("regex", "r^(?:Hel{1,2}o|[^a-c\\d]+?)(\\s|w.)*\\u00f6?$".encode())
put("schema", b"s" + json.dumps({"type": "object", "properties": {"a": {"type": ["string", "null"], "maxLength": 3},
                                 "b": {"type": "array", "items": {"$ref": "#/$defs/x"}, "minItems": 1}}, "required": ["b"],
                                 "$defs": {"x": {"anyOf": [{"enum": [1, "x"]}, {"type": "string", "pattern": "^a+"}]}}}).encode())
