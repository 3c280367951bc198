// First steps: a line through points, by gradient descent written out. No layers, no trainer: a function of values, its
// gradient, and the compiled step.
#include <cstdio>
#include <iostream>

#include "hilo/hilo.h"

using namespace hilo;

template <class T>
struct Line {  // of Values while it is built, of Tensors when it runs
  T slope, offset;
  static void fields(auto&& field) {
    field("slope", &Line::slope);
    field("offset", &Line::offset);
  }
};

// One step downhill on the mean square distance of the points from the line. x, y: f32[N].
Line<Value> step(Line<Value> line, Value x, Value y) {
  const Value error = line.slope * x + line.offset - y;  // [N]
  const Value loss = mean(error * error);
  return {line.slope - 0.1 * grad(loss, line.slope), line.offset - 0.1 * grad(loss, line.offset)};
}

int main() try {
  const auto descend = jit(pjrt::open("auto"), step);
  const Tensor x(Array::of<float>({5}, {-2, -1, 0, 1, 2}));
  const Tensor y(Array::of<float>({5}, {-3.9F, -1.1F, 2.1F, 4.9F, 8.0F}));  // about 3 x + 2
  Line<Tensor> line{Tensor(0.0F), Tensor(0.0F)};
  for (int i = 0; i < 100; ++i) line = descend(std::move(line), x, y);  // given away: the new line reuses its memory
  std::printf("y = %.3f x + %.3f\n", static_cast<double>(line.slope.item<float>()), static_cast<double>(line.offset.item<float>()));
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
