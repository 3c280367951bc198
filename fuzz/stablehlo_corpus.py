"""Writes the seeds of fuzz/corpus/stablehlo_text and stablehlo_bytecode: the goldens of tests/stablehlo function by
function, since small seeds are mutated faster and deeper, and, named bad_*, hostile texts.

jax_export is a file of jax.export, kept as it was made.

Usage: python3 fuzz/stablehlo_corpus.py     (with jaxlib 0.10.2 also the bytecode; without it that is left as it is)
"""
import io
import pathlib
import re

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE.parent / "tests" / "stablehlo" / "golden"
RELEASES = ["0.9.0", "0.12.0", "0.15.0", "1.0.0", "1.17.0"]


def put(target, name, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def parts_of(text):
    """A golden's first line, its top-level parts by name, its last line; parts with other names in them have those too."""
    lines = text.strip().splitlines()
    first = next(i for i, line in enumerate(lines) if not line.startswith("//"))
    parts, depth = [], 0
    for line in lines[first + 1:]:
        if re.match(r"  [^ }^]", line):
            parts.append(line)
        elif re.match(r"  ", line) and parts:
            parts[-1] += "\n" + line
    names = [(re.search(r'sym_name = "(\w+)"', part) or re.search(r"@(\w+)", part)).group(1) for part in parts]
    return lines[first], dict(zip(names, parts)), lines[-1]


def functions(path):
    first, parts, last = parts_of(path.read_text())
    for name, part in parts.items():
        if "func.func" not in part:
            continue
        needed = [other for key, other in parts.items() if key != name and re.search(rf"@{key}\b", part)]
        yield name, "\n".join([first if name == "unary" or '"' == first[0] else "module {"] + needed + [part, last]) + "\n"


def text_seeds():
    for path in sorted(GOLDEN.glob("*.mlir")):
        stem = path.stem.replace("ops_", "")
        if path.stem == "ops_0.18.0_quantized":
            put("stablehlo_text", stem, path.read_text())
            continue
        for name, text in functions(path):
            put("stablehlo_text", f"{stem}.{name}", text)


def bytecode_seeds():
    from jax._src.interpreters import mlir
    from jaxlib.mlir import ir
    from jaxlib.mlir.dialects import stablehlo

    def put_plain(name, module):
        with io.BytesIO() as out:
            module.operation.write_bytecode(out)
            put("stablehlo_bytecode", name, out.getvalue())

    put("stablehlo_bytecode", "quantized", (GOLDEN / "ops_0.18.0_quantized.mlirbc").read_bytes())
    context = mlir.make_ir_context()
    context.allow_unregistered_dialects = True
    with context:
        for name in ("bomb", "bomb_types"):
            put_plain("bad_" + name, ir.Module.parse(PROGRAMS[name]))
        golden = [(path, name, text) for path in sorted(GOLDEN.glob("*.mlir"))
                  if path.stem not in ("ops_0.18.0_quantized", "forms") for name, text in functions(path)]
        for i, (path, name, text) in enumerate(golden):
            module, name = ir.Module.parse(text), f"{path.stem.replace('ops_', '')}.{name}"
            put_plain(name, module)
            for release in RELEASES[i % 4:i % 4 + 2]:
                try:
                    put("stablehlo_bytecode", f"{name}.{release}", stablehlo.serialize_portable_artifact(module, release))
                except Exception:  # newer than that release, or not StableHLO alone
                    pass


ATTRIBUTES = """
dense<[1, 2]> : tensor<3xi32>|dense<[1, 2, 3]> : tensor<2xi32>|dense<[[1, 2], [3]]> : tensor<2x2xi32>|dense<[1, 2]> : tensor<2x2xi32>
dense<[1, 2]> : tensor<9223372036854775807xi8>|dense<[1, 2]> : tensor<4611686018427387904xi8>|dense<[1.0]> : tensor<1xi32>
dense<1> : tensor<2xf32>|dense<0x123456789> : tensor<2xf32>|dense<300> : tensor<2xi8>|dense<-1> : tensor<2xui8>|dense<true> : tensor<2xi8>
dense<1.0> : tensor<complex<f32>>|dense<"0x0102"> : tensor<3xi8>|dense<"0x01G2"> : tensor<2xi8>|dense<"0x012"> : tensor<2xi8>
dense<"abc"> : tensor<2xi8>|dense<> : tensor<2xi8>|dense<1> : tensor<?xi8>|dense<1 : tensor<2xi8>|dense<1|dense_resource<k> : tensor<2xi8>
sparse<0, 1> : tensor<2xi8>|affine_map<() -> ()>|#foo.bar<1>|#foo|#stablehlo<comparison_direction XX>|#stablehlo.gather<offset_dim = [1]>
#stablehlo.gather<offset_dims = [1], offset_dims = [1]>|#stablehlo.conv<[b, 0, f]x[0, i, o]->[b, 1, f]>|"abc|"a\\q"|1 : tensor<2xi32>
#stablehlo.conv<[b, 0, b]x[0, i, o]->[b, 0, f]>|{x = 1, x = 2}|99999999999999999999|[1 2]|array<i9: 1>|array<i8: 300>|1.0e999 : f32|0x7FC00000 : f32
tensor<3xf9>|memref<3xf32>|tensor<*xf32>|tensor<4294967296x4294967296xf32>|tensor<complex<i32>>|!tf_type.string|!stablehlo.foobar
tensor<2xf32, #stablehlo.bounds<3, ?>>|tensor<2x!quant.any<i8:f32>>|tensor<2x!quant.uniform<i8:f32:{0:1}, {0.5}>>|tensor<2x!quant.uniform<f8:f32, 0.5>>
dense<(1.0, 2.0)> : tensor<2xcomplex<f64>>|dense<[true, false]> : tensor<2xi1>|dense<"0xFF"> : tensor<8xi1>|dense<[-1, 1]> : tensor<2xi4>
dense<0x7F800000> : tensor<f32>|array<i1: true, false>|array<f32: 1.0, 2.0>|array<i64>|@a::@b|-1 : si16|loc(unknown)|[[[[[[]]]]]]|{a = {b = {}}}
#stablehlo.dot<lhs_batching_dimensions = [0], rhs_batching_dimensions = [0], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]>
#stablehlo.dot_algorithm<lhs_precision_type = tf32, rhs_precision_type = bf16, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, allow_imprecise_accumulation = false>
tensor<3x!quant.uniform<i8<-10:20>:f32:0, {0.5:1, 0.25, 1.0:-3}>>|dense<1.0> : tensor<2x!quant.uniform<i8:f32, 0.5>>|#sdy.mesh<["a"=2, "a"=2]>
#sdy.sharding<@mesh, [{"a", "b":(1)2}, {?}p1], replicated={"c"}>|#sdy.sharding<@mesh, [{"a":(3)0}]>|#sdy.mesh<["a"=-1], device_ids=[0, 0]>
dense<1e10> : tensor<f16>|dense<[1.5, -0.0]> : tensor<2xf8E4M3FN>|dense<"0x0000803F"> : tensor<f32>|#stablehlo.type_extensions<bounds = [?]>
#stablehlo.output_operand_alias<output_tuple_indices = [0], operand_index = 1, operand_tuple_indices = []>|#vhlo.integer_v1<1 : i32>
""".strip()
OPS = """
%0 = stablehlo.add %b, %b : tensor<f32>|%0 = stablehlo.add %a, %a : tensor<2xf32>|%a = stablehlo.add %a, %a : tensor<f32>|%0 = stablehlo.ad %a, %a : tensor<f32>
%0:2 = stablehlo.add %a, %a : tensor<f32>|%0:0 = stablehlo.add %a, %a : tensor<f32>|%0 = stablehlo.add %a : tensor<f32>|%0 = stablehlo.add %a#1, %a : tensor<f32>
%0 = stablehlo.reshape %a : tensor<f32>|%0 = stablehlo.compare XX, %a, %a : (tensor<f32>, tensor<f32>) -> tensor<i1>|cf.br ^bb1
%0 = stablehlo.slice %a [0:1:] : (tensor<f32>) -> tensor<f32>|%0 = stablehlo.reduce_precision %a, format = m5 : tensor<f32>
%0 = stablehlo.iota dim = 99999999999999999999 : tensor<f32>|%0 = "stablehlo.add"(%a) : (tensor<f32>, tensor<f32>) -> tensor<f32>
"foo.bar"(%a)[^bb1] : (tensor<f32>) -> ()|%0 = stablehlo.cholesky %a, lower = true {lower = true} : tensor<f32>|func.func @g(%x: tensor<f32>, tensor<f32>)
func.func @g() { %1 = stablehlo.abs %a : tensor<f32> }|return %a : tensor<f32> loc(#l)|$|%0 = call @f(%a) : (tensor<f32>) -> tensor<f32>|call @g() : () -> ()
%0 = stablehlo.constant dense<1.0> : tensor<4611686018427387904xf32>|%0 = stablehlo.iota dim = 0 : tensor<99999999999xf32>|return %a, %a : tensor<f32>
%0 = stablehlo.dynamic_slice %a, sizes = [1] : (tensor<f32>) -> tensor<1xf32>|%0 = stablehlo.pad %a, %a, low = [], high = [0], interior = [] : tensor<f32>
%0 = stablehlo.get_tuple_element %a[0] : (tensor<f32>) -> tensor<f32>|%0 = stablehlo.broadcast_in_dim %a, dims = [0] : (tensor<f32>) -> tensor<2xf32>
%0 = "stablehlo.custom_call"(%a) {call_target_name = "x", api_version = 9 : i32} : (tensor<f32>) -> tensor<f32>|%0 = stablehlo.transpose %a, dims = [5] : tensor<f32>
stablehlo.return %a : tensor<f32>|%0 = "stablehlo.while"(%a) ({}, {}) : (tensor<f32>) -> tensor<f32>|%0 = "stablehlo.if"(%a) ({}) : (tensor<f32>) -> tensor<f32>
""".strip()
PROGRAMS = {
    "open": "module {", "names": "func.func @f(tensor<f32>) { return }", "cycle": "#a = #b\n#b = #a\n", "alias_twice": "#a = 1\n#a = 2\n",
    "type_cycle": "!t = tensor<2x!t>\n", "close": "}", "utf8": "func.func @\"\xff\"() { return }", "zero": "module {\0}",
    "deep_regions": '"a.b"() ({' * 300, "deep_lists": "module attributes {a = " + "[" * 2000, "deep_types": "!t = " + "tuple<" * 2000,
    "deep_locations": "module {} loc(" + "callsite(" * 900, "deep_dictionaries": "module attributes {a = " + "{b = " * 700,
    "calls": "".join(f"func.func @f{i}() {{ call @f{i + 1}() : () -> () call @f{i + 1}() : () -> () return }}\n" for i in range(30)) + "func.func @f30() { return }\n",
    "recursion": "func.func @main() { call @main() : () -> () return }\n", "comment": "// \xe2\x82\n/* ", "resources": "module {}\n{-#\n dialect_resources: { builtin: { k: \"0x08000000FFFF",
    "missing": "func.func @main() { call @g() : () -> () return }\n", "mesh_twice": "sdy.mesh @m = <[\"a\"=2]>\nsdy.mesh @m = <[\"a\"=4]>\nfunc.func @main() { return }",
    "functions_twice": "func.func @f() { return }\nfunc.func @f() { return }"}


def doubled(mark, first, form):
    """Aliases that are each twice the one before."""
    return f"{mark}0 = {first}\n" + "".join(f"{mark}{i} = {form}\n".replace("_", f"{mark}{i - 1}") for i in range(1, 40))


PROGRAMS |= {"bomb": doubled("#a", "[1, 1]", "[_, _]") + "module attributes {x.a = #a39} {}\n",
             "bomb_types": doubled("!a", "tuple<tensor<f32>, tensor<f32>>", "tuple<_, _>") + "func.func private @f(!a39)\n",
             "bomb_locations": doubled("#l", 'loc("a":1:1)', "loc(fused[_, _])") + "module {} loc(#l39)\n"}


def hostile_seeds():
    seeds = {"attribute": [(f"module attributes {{x.a = {row}}} {{}}\n") for line in ATTRIBUTES.splitlines() for row in line.split("|")],
             "op": [f"func.func @main(%a: tensor<f32>) {{\n{row}\nreturn\n}}\n" for line in OPS.splitlines() for row in line.split("|")]}
    for kind, rows in seeds.items():
        for i, row in enumerate(rows):
            put("stablehlo_text", f"bad_{kind}_{i}", row)
    for name, text in PROGRAMS.items():
        put("stablehlo_text", "bad_" + name, text.encode("latin-1"))
    put("stablehlo_text", "resources", "module attributes {x.a = dense_resource<k> : tensor<2xi8>} {}\n"
        "{-#\n  dialect_resources: {\n    builtin: {\n      k: \"0x01000000FFFE\"\n    }\n  }\n#-}\n")
    put("stablehlo_text", "locations", "#l = loc(\"a.py\":1:2)\nfunc.func @main(%a: tensor<f32> loc(\"x\")) -> tensor<f32> {\n"
        "  %0 = stablehlo.abs %a : tensor<f32> loc(fused<\"m\">[#l, callsite(\"f\"(#l) at \"b.py\":3:4 to 5:6)])\n  return %0 : tensor<f32> loc(unknown)\n} loc(#l)\n")


text_seeds()
hostile_seeds()
try:
    bytecode_seeds()
except ModuleNotFoundError:
    print("no jaxlib: the bytecode seeds stay as they are")
