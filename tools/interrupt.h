#pragma once
#include "hilo/train/trainer.h"

namespace hilo::tools {

/// While one lives, Ctrl-C (SIGINT) and SIGTERM ask the trainer to stop after the step under way. A second one ends the
/// program at once. One at a time.
class Interrupt {
 public:
  explicit Interrupt(train::Trainer& trainer);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// The signal that came; 0 if none did.
  [[nodiscard]] int signal() const;
};

}  // namespace hilo::tools
