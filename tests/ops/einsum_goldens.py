"""Makes einsum_goldens.inc: equations, operands and what numpy.einsum gives. Run with numpy 2.4.6."""
import pathlib

import numpy

CASES = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij,jk", [(2, 3), (3, 4)]),
    ("ii", [(3, 3)]),
    ("ii->i", [(3, 3)]),
    ("ba", [(2, 3)]),
    ("ij->", [(2, 3)]),
    ("...ij,...jk", [(2, 2, 3), (3, 2)]),
    ("...ij,...jk->...ik", [(2, 1, 2, 2), (3, 2, 2)]),
    ("b...,b...->...", [(2, 3, 2), (2, 3, 2)]),
    ("i...->...i", [(2, 3, 2)]),
    ("...ii->...i", [(2, 3, 3)]),
    ("...,...", [(3, 2), (2,)]),
    ("i,i", [(3,), (3,)]),
    ("i,i->i", [(3,), (3,)]),
    ("i,j->ji", [(3,), (2,)]),
    (",ij->ij", [(), (2, 3)]),
    ("bqhd,bkhd->bhqk", [(2, 3, 2, 2), (2, 2, 2, 2)]),
    ("bhqk,bkhd->bqhd", [(2, 2, 3, 2), (2, 2, 2, 2)]),
    ("ab,bc,cd,de->ea", [(2, 5), (5, 2), (2, 6), (6, 2)]),
    ("i,ij,j->", [(3,), (3, 4), (4,)]),
    ("iij,jk->ik", [(3, 3, 2), (2, 2)]),
    ("iijj->ij", [(3, 3, 2, 2)]),
    ("ijki,k->j", [(3, 2, 2, 3), (2,)]),
    ("iiij->j", [(2, 2, 2, 3)]),
    ("ij,ij->ij", [(1, 3), (2, 3)]),
    ("ij,jk->ik", [(2, 1), (3, 2)]),
    ("ij,k->", [(2, 3), (2,)]),
    ("aB,Bc", [(2, 3), (3, 2)]),
    (" i j , j k -> k i ", [(2, 3), (3, 2)]),
    ("ij,jk->ik", [(2, 0), (0, 2)]),
]


def braces(values):
    return "{" + ", ".join(str(v) for v in values) + "}"


def main():
    random = numpy.random.default_rng(0)
    lines = []
    for equation, shapes in CASES:
        # Small whole numbers: sums are exact in any order.
        operands = [random.integers(-4, 5, shape) for shape in shapes]
        result = numpy.einsum(equation, *operands)
        inputs = ", ".join(f"{{{braces(x.shape)}, {braces(x.ravel())}}}" for x in operands)
        lines.append(f'{{"{equation}", {{{inputs}}}, {{{braces(result.shape)}, {braces(numpy.ravel(result))}}}}},\n')
    pathlib.Path(__file__).with_suffix(".inc").write_text("".join(lines))


main()
