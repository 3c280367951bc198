#pragma once
#include <optional>

#include "hilo/graph/attribute.h"

namespace hilo {

/// While one lives, products and convolutions that this thread builds are as exact as their dtype. Without one f32 is
/// multiplied as the platform does it fastest: in TF32 on NVIDIA's matrix units, in bf16 on TPUs, exactly on CPUs.
/// Gradients are as exact as what they are of. Example: const ExactProducts exact; y = matmul(a, b);
class ExactProducts {
 public:
  explicit ExactProducts(bool exact = true);
  ~ExactProducts();
  ExactProducts(const ExactProducts&) = delete;
  ExactProducts& operator=(const ExactProducts&) = delete;

 private:
  bool before_;
};

/// What products that are built now say of their precision, and whether these said that they are exact: for the sources of
/// this room.
std::optional<ListAttribute> current_precision();
bool is_exact(const std::optional<ListAttribute>& precision_config);

}  // namespace hilo
