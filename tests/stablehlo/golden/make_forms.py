"""Writes forms.generic.mlir: forms.mlir, read by MLIR and printed in its generic form (jaxlib 0.10.2)."""
import pathlib

from jax._src.interpreters import mlir
from jaxlib.mlir import ir

here = pathlib.Path(__file__).parent
with mlir.make_ir_context():
    module = ir.Module.parse((here / "forms.mlir").read_text())
    (here / "forms.generic.mlir").write_text(module.operation.get_asm(print_generic_op_form=True))
