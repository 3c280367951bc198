"""Makes quantize_goldens.npz: numbers, and ggml's blocks of them.  pip install gguf==0.19.0 numpy"""
import pathlib

import numpy as np
from gguf import GGMLQuantizationType, quants

rng = np.random.default_rng(7)
rows = [rng.standard_normal(2048), rng.standard_normal(2048) * 1e-6, rng.standard_t(2, 2048) * 100,
        np.round(rng.standard_normal(2048) * 4) / 4]
rows[0][:32] = 0                        # a scale of nothing
rows[1][32:64] = np.arange(-16, 16)     # ties
rows[2][:64] = np.repeat([1.0, -1.0], 32)
numbers = np.stack(rows).astype(np.float32)
numbers[3, :4] = [65504, -65520, 1e-7, -6e-8]
goldens = {"numbers": numbers}
for name in ["Q8_0", "Q4_0", "F16", "BF16"]:
    goldens[name] = quants.quantize(numbers, GGMLQuantizationType[name]).view(np.uint8)
np.savez_compressed(pathlib.Path(__file__).with_name("quantize_goldens.npz"), **goldens)
