"""Writes the seeds of fuzz/corpus/tokenizer: small good inputs and, named bad_*, hostile ones; by hand.

Usage: python3 fuzz/tokenizer_corpus.py
"""
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
    """A double array that knows one key, "H", whose replacement is "a": units of a root, the letter, its leaf."""
    units = [0] * 512
    units[0] = 1 << 10                      # the root's children: at 0 ^ 1
    units[1 ^ ord("H")] = ord("H") | 1 << 8 | (256 << 10)
    units[1 ^ ord("H") ^ 256] = 1 << 31     # a leaf with value 0
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


# More models, and broken ones.
TURNS = [("<start_of_turn>", 0.0, 4), ("<end_of_turn>", 0.0, 3), ("<eos>", 0.0, 3)]
put("chat", model(2, PIECES + TURNS, byte_fallback=True))
put("unigram_ties", model(1, PIECES + [("oo", -1.0, 1), ("unused", -1.0, 5), (SPACE + SPACE, -2.0, 4)], byte_fallback=True))
put("suffix_unigram", model(1, PIECES, suffix=True))
UNKNOWN = field(1, field(1, "<unk>") + field(3, 2))
for name, data in {
        "wire": b"\x0F", "field_0": b"\x02", "wire_7": b"\x37", "length": b"\x0A\x50zz", "huge": b"\x0A" + b"\xFF" * 9 + b"\x01",
        "varint": b"\x0A" + b"\xFF" * 11, "number": b"\x08\x03", "type": field(1, field(1, "a") + field(3, 7)),
        "no_unknown": field(1, field(1, "a")), "empty": UNKNOWN + field(1, field(1, "")), "utf8": UNKNOWN + field(1, field(1, b"\xFF")),
        "twice": UNKNOWN + field(1, field(1, "a")) * 2, "unknowns": UNKNOWN + field(1, field(1, "b") + field(3, 2)),
        "byte": UNKNOWN + field(1, field(1, "<0x1>") + field(3, 6)), "kind": UNKNOWN + field(2, field(3, 9)),
        "fallback": UNKNOWN + field(2, field(35, 1)), "map": UNKNOWN + field(3, field(2, "abc")),
        "map_trie": UNKNOWN + field(3, field(2, b"\x08\0\0\0abcd")), "map_text": UNKNOWN + field(3, field(2, b"\0\0\0\0" + b"a" * 1100)),
        "ids": UNKNOWN + field(2, field(40, 9)), "surface": UNKNOWN + field(2, field(44, b"\xFF")), "fixed": UNKNOWN + b"\x55\0\0\0\0\x49" + bytes(8)}.items():
    put("bad_" + name, b"m" + data)


def without(*keys):
    return {k: v for k, v in TOKENIZER.items() if k not in keys}


def put_json(name, value):
    put(name, b"j" + json.dumps(value, separators=(",", ":")).encode())


BPE = TOKENIZER["model"]
put_json("json_bytes", without("normalizer", "pre_tokenizer") | {"model": BPE | {
    "byte_fallback": True, "fuse_unk": False, "ignore_merges": True, "vocab": BPE["vocab"] | {"<0x%02X>" % i: len(VOCAB) + i for i in range(256)}},
    "added_tokens": []})
put_json("json_plain", {"model": {"type": "BPE", "vocab": {"H": 0}, "merges": []}})
for name, change in {
        "id": {"vocab": {"a": 1}}, "same_id": {"vocab": {"a": 0, "b": 0}}, "negative": {"vocab": {"a": -1}}, "vocab_list": {"vocab": ["a"]},
        "vocab_deep": {"vocab": {"a": {"b": 0}}}, "no_vocab": {"vocab": {}}, "merge_lost": {"merges": ["H q"]}, "merge_one": {"merges": ["H"]},
        "merge_pair": {"merges": [["H"]]}, "merge_number": {"merges": [3]}, "merge_object": {"merges": {}}, "fallback": {"byte_fallback": True},
        "flag": {"fuse_unk": 1}, "dropout": {"dropout": 0.5}, "prefix": {"continuing_subword_prefix": "##"}, "kind": {"type": "WordPiece"}}.items():
    put_json("bad_model_" + name, without("added_tokens") | {"model": BPE | change})
GROWS = {"type": "Replace", "pattern": {"String": "l"}, "content": "llllllllll"}
for name, change in {
        "normalizer": {"normalizer": {"type": "NFKC"}}, "regex": {"normalizer": {"type": "Replace", "pattern": {"Regex": "a"}, "content": ""}},
        "empty_pattern": {"normalizer": {"type": "Replace", "pattern": {"String": ""}, "content": ""}},
        "growth": {"normalizer": {"type": "Sequence", "normalizers": [GROWS] * 30}},
        "splitter": {"pre_tokenizer": {"type": "ByteLevel"}}, "decoder": {"decoder": {"type": "ByteLevel"}},
        "decoder_replace": {"decoder": {"type": "Replace", "pattern": {"String": "x"}, "content": ""}},
        "decoder_strip": {"decoder": {"type": "Strip", "content": "x", "start": 1, "stop": 0}},
        "added_id": {"added_tokens": [{"id": 50, "content": "x"}]}, "added_other": {"added_tokens": [{"id": 0, "content": "x"}]},
        "added_strip": {"added_tokens": [{"id": 9, "content": "x", "lstrip": True}]}, "added_empty": {"added_tokens": [{"id": 9, "content": ""}]},
        "added_no_id": {"added_tokens": [{"content": "x"}]}, "added_text": {"added_tokens": ["x"]},
        "template": {"post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}]}}}.items():
    put_json("bad_" + name, TOKENIZER | change)
for name, text in {"open": "{", "list": "[]", "none": "{}", "text": '{"model":"x"}', "deep": "[" * 3000,
                   "twice": '{"model":{"type":"BPE","vocab":{"a":0,"a":1}}}', "order": '{"model":{"merges":["a b"],"vocab":{"a":0}}}'}.items():
    put("bad_json_" + name, b"j" + text.encode())


def gguf(keys):
    """A GGUF file of these keys alone; a list is an array of its first one's type."""
    def text(value):
        value = value.encode()
        return struct.pack("<Q", len(value)) + value

    def plain(value):
        if isinstance(value, bool):
            return 7, bytes([value])
        return (8, text(value)) if isinstance(value, str) else (6, struct.pack("<f", value)) if isinstance(value, float) else (5, struct.pack("<i", value))

    out = struct.pack("<4sIQQ", b"GGUF", 3, 0, len(keys))
    for key, value in keys.items():
        kind, data = plain(value) if not isinstance(value, list) else (
            9, struct.pack("<IQ", plain(value[0])[0], len(value)) + b"".join(plain(one)[1] for one in value))
        out += text("tokenizer.ggml." + key) + struct.pack("<I", kind) + data
    return b"g" + out


KEYS = {"model": "llama", "tokens": ["<unk>", "<s>", SPACE + "H", "e", "ll", "a b"], "scores": [0.0, 0.0, -1.0, -2.0, -3.0, 0.0],
        "token_type": [2, 3, 1, 1, 1, 4], "bos_token_id": 1, "eos_token_id": 1, "unknown_token_id": 0, "padding_token_id": 0,
        "add_bos_token": True, "add_space_prefix": True}
put("gguf", gguf(KEYS))
put("gguf_t5", gguf(KEYS | {"model": "t5", "remove_extra_whitespaces": True, "precompiled_charsmap": [0, 0, 0, 0]}))
put("gguf_defaults", gguf({"model": "llama", "tokens": ["<unk>", "a"], "unknown_token_id": 0}))
for name, change in {"model": {"model": "gpt2"}, "type": {"token_type": [9] * 6}, "types": {"token_type": [2]}, "scores": {"scores": [0.0]},
                     "id": {"bos_token_id": 99}, "tokens": {"tokens": [1, 2]}, "score_text": {"scores": "x"}}.items():
    put("bad_gguf_" + name, gguf(KEYS | change))
put("bad_gguf_none", gguf({}))

# Expressions and schemas.
for i, text in enumerate(["[a-c\\d_]{2,}?|(?P<n>x)|(?<m>y)", "\\D\\W\\S\\n\\t\\r\\f\\v\\0\\x41\\u00e9\\.", "a{3}(b|)*[^]x]+", "(?:a*)*b{0,3}", "", "\u00e9[\u0100-\uffff]*"]):
    put(f"regex_{i}", b"r" + text.encode())
for i, text in enumerate([")", "^a|b", "a{2", "a{3,2}", "a{99999}", "a{1,", "a*+", "a^b", "*", "(?=a)", "(?<n", "(a", "[a", "[[:alpha:]]", "[b-a]", "[a-\\d]",
                          "[^\\d\\D]", "\\", "\\b", "\\x4", "\\ud800", "(" * 120, "(?:" * 99 + "a" + "){9}" * 99, "((((a{99}){99}){99}){99}){99}",
                          "(?:.{0,9000}x){0,9000}", "a" + "*" * 2000]):
    put(f"bad_regex_{i}", b"r" + text.encode())
put("bad_regex_utf8", b"r\xff")


def put_schema(name, value):
    put(name, b"s" + (value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()))


for i, value in enumerate([
        True, {}, {"const": {"a": [1, None]}}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {"type": "object"},
        {"type": "array", "maxItems": 0}, {"prefixItems": [{"type": "null"}, {"const": 1}], "items": False, "type": "array"},
        {"oneOf": [{"type": "string", "format": f} for f in ["date", "time", "date-time", "uuid", "ipv4"]]},
        {"allOf": [{"type": "string", "minLength": 2}]}, {"properties": {"a": True, "b": {"const": 1}}, "additionalProperties": False},
        {"type": "object", "additionalProperties": False}, {"items": {"enum": ["x"]}, "maxItems": 2}, {"type": "string", "pattern": "a.\\n?"}]):
    put_schema(f"schema_{i}", value)
for i, value in enumerate([
        False, 1, {"const": 1, "title": "x", "not": {}}, {"enum": []}, {"enum": 1}, {"$ref": "#"}, {"$ref": "x"}, {"$ref": "#/a"}, {"$ref": "#a"},
        {"anyOf": []}, {"allOf": [{}, {}]}, {"type": []}, {"type": 1}, {"type": [1]}, {"type": "x"}, {"type": ["array"] * 8},
        {"type": ["string", "null"], "not": 1}, {"type": "string", "minLength": 20000}, {"type": "string", "minLength": -1},
        {"type": "string", "minLength": 2, "maxLength": 1}, {"type": "string", "pattern": "a", "format": "date"},
        {"type": "string", "pattern": "["}, {"type": "string", "pattern": "^\"$"}, {"type": "string", "format": "date", "maxLength": 1},
        {"type": "string", "format": "x"}, {"items": {}, "minItems": 2, "maxItems": 1}, {"type": "array", "prefixItems": []},
        {"type": "object", "required": ["a"]}, {"type": "object", "additionalProperties": {}}, {"properties": 1},
        {"properties": {"a": {}}, "required": ["b"]}, {"properties": {"a": {}}, "required": 1}, {"properties": {c: {} for c in "abcdefgh"}},
        {"type": "array", "prefixItems": [{}] * 500}, {"anyOf": [{"anyOf": [{"items": {"items": {"items": {}}}}] * 8}] * 8}, {"const": "x" * 3500},
        b"{", b'{"const":1e999}', b'{"const":"\xff"}', b"[" * 3000, b'{"anyOf":[' * 100, {"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}] * 3}}, "$ref": "#/$defs/a"}]):
    put_schema(f"bad_schema_{i}", value)
