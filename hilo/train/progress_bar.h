#pragma once
#include "hilo/train/bar.h"
#include "hilo/train/trainer.h"

namespace hilo::train {

/// How often a progress bar wants to be called: several times a second, and at the end of each epoch.
inline When for_progress() { return {.epochs = 1, .time = std::chrono::milliseconds(200)}; }

/// Shows epoch, loss, metrics, images a second and the time that is left. On a terminal an epoch is one line, drawn
/// again and again; elsewhere it is a plain line an epoch, and one every half minute.
/// Example: trainer.on_step(for_progress(), progress_bar());
Callback progress_bar(Screen screen = Screen::standard_error());

}  // namespace hilo::train
