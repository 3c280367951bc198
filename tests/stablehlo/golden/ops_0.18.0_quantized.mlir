func.func @f(%a0: tensor<3x2x!quant.uniform<i8:f32, 34.0:16>>, %a1: tensor<3x2x!quant.uniform<u8<0:200>:f32, 0.5>>, %a2: tensor<3x2x!quant.uniform<i4:bf16, 0.25:-3>>, %a3: tensor<3x2x!quant.uniform<i8:f32:1, {2.0:1, 3.0:2}>>) {
  return
}
