#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "hilo/pjrt/client.h"

namespace hilo {

namespace detail {
class TraceRecorder;
}

/// What this process does, by time: compiles, transfers and runs, named by module; spans of your
/// own; and what the plugin saw, where it has a profiler. Recorded from construction on, by every
/// thread; written by `finish` as JSON for ui.perfetto.dev and chrome://tracing. Threads are rows
/// of the process "hilo"; a device's runs, from the call until the device has finished, are rows of
/// the process "devices". At most a million spans are kept; the file says how many were left out.
/// Throws:   Error if another trace is being recorded.
/// Cost:     a microsecond a span; without a trace, a load of an atomic.
/// Example:
///   Trace trace("fit.json");
///   trainer.fit(batches);
///   trace.finish();
class Trace {
 public:
  explicit Trace(std::filesystem::path file);
  ~Trace();  ///< finishes; what fails then is dropped
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// Records what the plugin of `client` sees too. Does nothing where it has no profiler.
  void profile(const pjrt::Client& client);
  /// Stops recording and writes the file; does nothing the second time.
  /// Throws:  Error naming the file if it cannot be written.
  void finish();

  /// The trace that is being recorded, or null.
  static Trace* current();

 private:
  std::filesystem::path file_;
  std::shared_ptr<detail::TraceRecorder> recorder_;
};

/// A span of the trace that is being recorded, on this thread, from construction to destruction.
/// Spans of a thread nest. Without a trace it does nothing.
class TraceSpan {
 public:
  /// `category` groups spans: "compile", "transfer", "execute", or a word of your own.
  TraceSpan(std::string_view category, std::string_view name) {
    if (is_on_.load(std::memory_order_relaxed)) begin(category, name);
  }
  ~TraceSpan() {
    if (recorder_ != nullptr) end();
  }
  TraceSpan(const TraceSpan&) = delete;
  TraceSpan& operator=(const TraceSpan&) = delete;

  /// Whether a trace is being recorded: for names that cost something to make.
  static bool is_on() { return is_on_.load(std::memory_order_relaxed); }

 private:
  friend class Trace;
  void begin(std::string_view category, std::string_view name);
  void end() noexcept;

  inline static std::atomic<bool> is_on_{false};
  std::shared_ptr<detail::TraceRecorder> recorder_{};
  std::string category_{}, name_{};
  std::int64_t start_ns_ = 0;
};

}  // namespace hilo
