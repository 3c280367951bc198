#include "hilo/exec/trace.h"

#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "hilo/core/file.h"
#include "hilo/exec/executor.h"
#include "hilo/exec/trace_recorder.h"
#include "hilo/ops/binary.h"
#include "hilo/pjrt/profiler.h"
#include "tests/exec/client.h"

namespace hilo {
namespace {

using Json = nlohmann::json;

Json written(const std::string& name, const std::function<void()>& work) {
  const std::filesystem::path file = testing::TempDir() + name;
  Trace trace(file);
  trace.profile(cpu());
  work();
  trace.finish();
  return Json::parse(read_text(file));
}

std::vector<Json> spans(const Json& trace, const std::string& category) {
  std::vector<Json> found;
  for (const Json& e : trace["traceEvents"]) {
    if (e["ph"] == "X" && e["cat"] == category) found.push_back(e);
  }
  return found;
}

// Of two spans of a row, one holds the other or they are apart.
void expect_nested(const Json& trace) {
  std::map<std::pair<int, int>, std::vector<std::pair<double, double>>> rows;
  for (const Json& e : trace["traceEvents"]) {
    if (e["ph"] != "X") continue;
    const double start = e["ts"], duration = e["dur"];
    ASSERT_GE(start, 0);
    ASSERT_GE(duration, 0);
    rows[{e["pid"], e["tid"]}].emplace_back(start, start + duration);
  }
  constexpr double kSlack = 0.002;  // a nanosecond and the rounding of its print
  for (auto& [row, all] : rows) {
    std::ranges::sort(all, [](auto a, auto b) {
      return a.first < b.first || (a.first == b.first && a.second > b.second);
    });
    std::vector<double> open;
    for (const auto& [start, end] : all) {
      while (!open.empty() && open.back() <= start + kSlack) open.pop_back();
      if (!open.empty()) {
        EXPECT_LE(end, open.back() + kSlack) << "row " << row.first << ", " << row.second;
      }
      open.push_back(end);
    }
  }
}

TEST(Trace, HasCompilesTransfersAndRunsByModule) {
  const Json trace = written("work.json", [] {
    const Executor twice(cpu(), [](std::span<const Value> p) { return std::vector{p[0] + p[0]}; },
                         {.name = "twice", .cache = nullptr});
    Tensor x(Array::of<float>({2}, {1, 2}));
    for (int i = 0; i < 3; ++i) x = twice.run({x})[0];
    EXPECT_EQ(x.array(), Array::of<float>({2}, {8, 16}));
    std::thread([] { const TraceSpan mine("mine", "a \"word\" \xff of my own"); }).join();
  });
  const auto names = [&](const std::string& category) {
    std::vector<std::string> all;
    for (const Json& e : spans(trace, category)) all.push_back(e["name"]);
    return all;
  };
  EXPECT_THAT(names("compile"),
              testing::IsSupersetOf({"build the graph of twice", "write the StableHLO of twice",
                                     "XLA compiles twice", "twice"}));
  EXPECT_THAT(names("transfer"), testing::ElementsAre("upload f32[2]", "read f32[2]"));
  EXPECT_EQ(names("execute").size(), 6U) << "three calls, and three runs of the device";
  ASSERT_EQ(names("mine").size(), 1U);
  std::map<int, int> by_process;
  for (const Json& e : spans(trace, "execute")) {
    EXPECT_THAT(e["name"].get<std::string>(), testing::HasSubstr("twice"));
    ++by_process[e["pid"]];
  }
  EXPECT_EQ(by_process.size(), 2U);
  std::vector<std::string> rows;
  for (const Json& e : trace["traceEvents"]) {
    if (e["ph"] == "M" && e["name"] == "thread_name") rows.push_back(e["args"]["name"]);
  }
  EXPECT_THAT(rows, testing::IsSupersetOf({"main", "cpu:0"}));
  EXPECT_EQ(trace["otherData"]["spans_left_out"], 0);
  expect_nested(trace);
}

TEST(Trace, IsOneAtATimeAndOverAfterFinish) {
  const std::filesystem::path file = testing::TempDir() + "one.json";
  Trace trace(file);
  EXPECT_EQ(Trace::current(), &trace);
  EXPECT_THROW(Trace(testing::TempDir() + "two.json"), Error);
  trace.finish();
  EXPECT_EQ(Trace::current(), nullptr);
  EXPECT_FALSE(TraceSpan::is_on());
  const std::string before = read_text(file);
  { const TraceSpan late("mine", "late"); }
  trace.finish();
  EXPECT_EQ(read_text(file), before);
  Trace nowhere("/nowhere/trace.json");
  EXPECT_THROW(nowhere.finish(), Error);
}

TEST(Trace, ShowsWhatAPluginSaw) {
  detail::TraceRecorder recorder;
  const std::int64_t now = detail::trace_clock_ns();
  recorder.add_planes(
      {{.name = "/device:GPU:0",
        .lines = {{.name = "stream 7",
                   .start_ns = now,
                   .events = {{.name = "fusion.3",
                               .start_ns = now + 1000,
                               .duration_ns = 500,
                               .details = {{"hlo_op", "fusion.3"},
                                           {"tf_op", "dense/dot model.cpp:41"}}}}}}},
       {.name = "/other clock",
        .lines = {{.name = "t", .start_ns = 5, .events = {{"early", 7, 1, {}}}}}}});
  const Json trace = Json::parse(recorder.json());
  const std::vector<Json> seen = spans(trace, "plugin");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0]["name"], "fusion.3");
  EXPECT_NEAR(seen[0]["dur"].get<double>(), 0.5, 1e-9);
  EXPECT_EQ(seen[0]["args"]["tf_op"], "dense/dot model.cpp:41");
  EXPECT_NEAR(seen[1]["ts"].get<double>(), 0.002, 1e-9) << "begins with the trace";
  EXPECT_NE(seen[0]["pid"], seen[1]["pid"]);
}

}  // namespace
}  // namespace hilo
