#pragma once

// Code that programs on the CPU call where XLA has none, or slower code (decision 1 of docs/design.md). An op names its
// kernel in its `lowering`; the graph that it stands for is what other platforms run, and what tests compare it with.
namespace hilo::kernels {

/// Tells XLA of all kernels. Before the first program is compiled or loaded; further calls do nothing.
void register_all();

}  // namespace hilo::kernels
