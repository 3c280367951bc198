#include "hilo/exec/trace.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/exec/trace_recorder.h"

namespace hilo {
namespace detail {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostSpans = 1'000'000;
constexpr int kHost = 1, kDevices = 2, kFirstPlane = 10;
// A plugin's clock that is further off than this is another one.
constexpr std::int64_t kFarNs = 3'600'000'000'000;

std::mutex mutex;
std::shared_ptr<TraceRecorder> recorder;  // the one at work
Trace* trace = nullptr;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string name_of_thread() {
  if (::gettid() == ::getpid()) return "main";
  std::array<char, 16> name{};
  ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  return std::string(name.data()) + " " + std::to_string(::gettid());
}

Json name_event(const char* what, int process, int row, const std::string& name) {
  return {{"ph", "M"}, {"name", what}, {"pid", process}, {"tid", row}, {"args", {{"name", name}}}};
}

}  // namespace

// Counts since the epoch, and is never set back.
std::int64_t trace_clock_ns() {
  const auto count = [](auto now) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  };
  static const std::int64_t epoch =
      count(std::chrono::system_clock::now()) - count(std::chrono::steady_clock::now());
  return epoch + count(std::chrono::steady_clock::now());
}

void TraceRecorder::keep(Span span) {
  if (spans_.size() >= kMostSpans)
    ++left_out_;
  else
    spans_.push_back(std::move(span));
}

void TraceRecorder::add(std::string_view category, std::string_view name,
                        std::int64_t start_ns) noexcept try {
  const std::int64_t end_ns = trace_clock_ns();
  const Row row{kHost, static_cast<int>(::gettid())};
  const std::lock_guard lock(mutex_);
  if (!row_names_.contains(row)) row_names_[row] = name_of_thread();
  keep({row, std::string(category), std::string(name), start_ns,
        std::max<std::int64_t>(end_ns - start_ns, 0)});
} catch (const std::exception&) {  // no memory: the trace lacks a span
}

void TraceRecorder::add_run(const std::string& device, const std::string& name,
                            std::int64_t start_ns) noexcept try {
  const std::int64_t end_ns = trace_clock_ns();
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = devices_.try_emplace(device, static_cast<int>(devices_.size()), 0);
  auto& [number, last_end] = found->second;
  if (is_new) row_names_[{kDevices, number}] = device;
  process_names_[kDevices] = "devices";
  const std::int64_t begin = std::min(std::max(start_ns, last_end), end_ns);
  last_end = std::max(last_end, end_ns);
  keep({{kDevices, number}, "execute", name, begin, end_ns - begin});
} catch (const std::exception&) {
}

void TraceRecorder::add_planes(std::vector<pjrt::ProfiledPlane> planes) {
  const std::lock_guard lock(mutex_);
  int process = kFirstPlane;
  for (pjrt::ProfiledPlane& plane : planes) {
    while (process_names_.contains(process)) ++process;
    int number = 0;
    for (pjrt::ProfiledLine& line : plane.lines) {
      if (line.events.empty()) continue;
      process_names_[process] = plane.name;
      row_names_[{process, number}] = line.name;
      const std::int64_t gap = line.start_ns - start_ns_;
      const std::int64_t shift = gap > kFarNs || gap < -kFarNs ? gap : 0;
      for (pjrt::ProfiledEvent& event : line.events) {
        keep({{process, number},
              "plugin",
              std::move(event.name),
              event.start_ns - shift,
              event.duration_ns,
              std::move(event.details)});
      }
      ++number;
    }
  }
}

std::string TraceRecorder::json() const {
  const std::lock_guard lock(mutex_);
  std::string text = "{\"displayTimeUnit\": \"ms\", \"otherData\": " +
                     text_of({{"writer", "hilo"}, {"spans_left_out", left_out_}}) +
                     ", \"traceEvents\": [";
  const char* separator = "\n";
  const auto append = [&](const Json& event) {
    text.append(separator).append(text_of(event));
    separator = ",\n";
  };
  for (const auto& [process, name] : process_names_)
    append(name_event("process_name", process, 0, name));
  for (const auto& [row, name] : row_names_)
    append(name_event("thread_name", row.process, row.number, name));
  for (const Span& span : spans_) {
    Json event = {{"ph", "X"},
                  {"name", span.name},
                  {"cat", span.category},
                  {"pid", span.row.process},
                  {"tid", span.row.number},
                  {"ts", static_cast<double>(span.start_ns - start_ns_) / 1e3},
                  {"dur", static_cast<double>(span.duration_ns) / 1e3}};
    for (const auto& [name, value] : span.details) event["args"][name] = value;
    append(event);
  }
  return text + "\n]}\n";
}

void trace_run(const pjrt::Device& device, const std::string& name, std::int64_t start_ns,
               const pjrt::Event& done) {
  std::shared_ptr<TraceRecorder> to;
  {
    const std::lock_guard lock(mutex);
    to = recorder;
  }
  if (!to) return;
  std::string row = device.client().platform_name() + ":" + std::to_string(device.id());
  done.on_ready([to = std::move(to), row = std::move(row), name,
                 start_ns](const pjrt::PluginError*) { to->add_run(row, name, start_ns); });
}

}  // namespace detail

Trace::Trace(std::filesystem::path file)
    : file_(std::move(file)), recorder_(std::make_shared<detail::TraceRecorder>()) {
  const std::lock_guard lock(detail::mutex);
  if (detail::recorder)
    throw Error("trace " + file_.string() +
                ": another trace is being recorded; expected one at a time");
  detail::recorder = recorder_;
  detail::trace = this;
  TraceSpan::is_on_ = true;
}

Trace::~Trace() {
  try {
    finish();
  } catch (const std::exception&) {  // nobody is left to hear it
  }
}

Trace* Trace::current() {
  const std::lock_guard lock(detail::mutex);
  return detail::trace;
}

void Trace::profile(const pjrt::Client& client) {
  if (!recorder_ ||
      std::ranges::find(recorder_->plugins, client.plugin()) != recorder_->plugins.end())
    return;
  recorder_->plugins.push_back(client.plugin());
  if (auto profiler = pjrt::Profiler::start(client.plugin()))
    recorder_->profilers.push_back(std::move(*profiler));
}

void Trace::finish() {
  if (!recorder_) return;
  {
    const std::lock_guard lock(detail::mutex);
    TraceSpan::is_on_ = false;
    detail::recorder = nullptr;
    detail::trace = nullptr;
  }
  const std::shared_ptr<detail::TraceRecorder> recorded = std::move(recorder_);
  for (pjrt::Profiler& profiler : recorded->profilers) recorded->add_planes(profiler.stop());
  write_file_atomically(file_, recorded->json());
}

void TraceSpan::begin(std::string_view category, std::string_view name) {
  {
    const std::lock_guard lock(detail::mutex);
    recorder_ = detail::recorder;
  }
  category_ = category;
  name_ = name;
  start_ns_ = detail::trace_clock_ns();
}

void TraceSpan::end() noexcept { recorder_->add(category_, name_, start_ns_); }

}  // namespace hilo
