#include <cstdio>

#include "hilo/custom_call.h"
#include "hilo/hilo.h"

int main() {
  const auto twice = hilo::jit(hilo::pjrt::open("cpu"), [](hilo::Value x) { return x * 2; });
  std::printf("%d\n", twice(hilo::Tensor(21)).item<int>());
}
