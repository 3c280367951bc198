#pragma once
// Where spans are kept: for the sources of this room.
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hilo/exec/trace.h"
#include "hilo/pjrt/event.h"
#include "hilo/pjrt/profiler.h"

namespace hilo::detail {

/// Nanoseconds since the epoch: the clock of plugins.
std::int64_t trace_clock_ns();

class TraceRecorder {
 public:
  struct Row {
    int process = 1, number = 0;
    bool operator<(const Row& other) const {
      return std::pair(process, number) < std::pair(other.process, other.number);
    }
  };
  struct Span {
    Row row;
    std::string category, name;
    std::int64_t start_ns, duration_ns;
    std::vector<std::pair<std::string, std::string>> details{};
  };

  void add(std::string_view category, std::string_view name, std::int64_t start_ns) noexcept;
  /// A run that a device began no sooner than `start_ns` and has just finished. Runs of a device
  /// follow each other.
  void add_run(const std::string& device, const std::string& name, std::int64_t start_ns) noexcept;
  void add_planes(std::vector<pjrt::ProfiledPlane> planes);

  /// Keeps the profilers of the plugins.
  std::vector<pjrt::Profiler> profilers{};
  std::vector<pjrt::Plugin> plugins{};

  [[nodiscard]] std::string json() const;

 private:
  void keep(Span span);

  mutable std::mutex mutex_;
  const std::int64_t start_ns_ = trace_clock_ns();
  std::vector<Span> spans_;
  std::map<Row, std::string> row_names_;
  std::map<int, std::string> process_names_{{1, "hilo"}};
  std::map<std::string, std::pair<int, std::int64_t>> devices_;  // row, end of the last run
  std::size_t left_out_ = 0;
};

/// Records when `done` comes as a run of `device`, where a trace is being recorded.
void trace_run(const pjrt::Device& device, const std::string& name, std::int64_t start_ns,
               const pjrt::Event& done);

}  // namespace hilo::detail
