#include "hilo/core/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "hilo/core/array.h"
#include "hilo/core/error.h"

namespace hilo {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class File : public testing::Test {
 protected:
  File() {
    std::string name = (fs::temp_directory_path() / "hilo-file-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~File() override { fs::remove_all(folder_); }

  [[nodiscard]] std::vector<std::string> listing() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  fs::path folder_;
};

template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// The id of a process that has ended.
pid_t dead_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

TEST_F(File, ReadsWhatIsThere) {
  write_file_atomically(folder_ / "a", "one");
  write_file_atomically(folder_ / "empty", "");
  EXPECT_EQ(read_text(folder_ / "a"), "one");
  EXPECT_EQ(read_file(folder_ / "a").size(), 3U);
  EXPECT_EQ(read_text(folder_ / "empty"), "");
  EXPECT_EQ(read_text(folder_ / "a", 3), "one");
  EXPECT_THAT(message([&] { read_text(folder_ / "a", 2); }),
              HasSubstr("a: too long; expected at most 2 bytes"));
  EXPECT_THAT(message([&] { read_file(folder_ / "none"); }),
              HasSubstr("none: cannot open: No such file"));
  EXPECT_THAT(message([&] { read_file(folder_); }), HasSubstr("is a folder; expected a file"));
}

TEST_F(File, ReadsAPipeToItsEnd) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string sent(300'000, 'x');
  std::thread writer([&] { std::ofstream(pipe) << sent; });
  EXPECT_EQ(read_text(pipe), sent);
  writer.join();
}

TEST_F(File, AMappingOutlivesItsHandleAndTheName) {
  write_file_atomically(folder_ / "a", "\1\2\3");
  write_file_atomically(folder_ / "empty", "");
  Array array;
  {
    const MappedFile file(folder_ / "a");
    array = Array(Shape{kU8, {3}}, file.owner(), file.bytes());
  }
  write_file_atomically(folder_ / "a",
                        "\7\7\7");  // replaced by rename: the mapping keeps the old bytes
  EXPECT_EQ(array, Array::of<std::uint8_t>({3}, {1, 2, 3}));
  EXPECT_THAT(MappedFile(folder_ / "empty").bytes(), IsEmpty());
  EXPECT_THAT(message([&] { MappedFile{folder_}; }), HasSubstr("is not a regular file"));
  EXPECT_THAT(message([&] { MappedFile{folder_ / "none"}; }), HasSubstr("cannot open"));
}

TEST_F(File, NothingIsSeenBeforeCommit) {
  write_file_atomically(folder_ / "a", "old");
  {
    AtomicFile file(folder_ / "a");
    file.write("new");
    EXPECT_EQ(read_text(folder_ / "a"), "old");
    EXPECT_EQ(listing().size(), 2U);
  }
  EXPECT_THAT(listing(), ElementsAre("a"));
  EXPECT_EQ(read_text(folder_ / "a"), "old");
  AtomicFile file(folder_ / "a");
  file.write("ne");
  file.write("w");
  file.commit();
  EXPECT_THAT(listing(), ElementsAre("a"));
  EXPECT_EQ(read_text(folder_ / "a"), "new");
}

TEST_F(File, LinksAreFollowedAndDevicesStay) {
  write_file_atomically(folder_ / "a", "old");
  fs::create_symlink("a", folder_ / "link");
  write_file_atomically(folder_ / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(read_text(folder_ / "a"), "new");
  write_file_atomically("/dev/null", "x");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_THAT(message([&] { AtomicFile{folder_}; }),
              HasSubstr("cannot write " + folder_.string() + ": Is a directory"));
  EXPECT_THAT(message([&] { AtomicFile{folder_ / "no" / "a"}; }),
              HasSubstr("No such file or directory"));
}

// A limit on the size of files stands in for a full disk: the write fails half way.
TEST_F(File, AFailedWriteLeavesTheOldFile) {
  write_file_atomically(folder_ / "a", "old");
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const std::string said =
        message([&] { write_file_atomically(folder_ / "a", std::string(5000, 'x')); });
    _exit(said == "cannot write " + (folder_ / "a").string() + ": File too large" ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_text(folder_ / "a"), "old");
  EXPECT_THAT(listing(), ElementsAre("a"));
}

TEST_F(File, AStagedFolderAppearsWhole) {
  const fs::path target = folder_ / "runs" / "step-1";
  {
    StagedFolder staged(target);
    write_file_atomically(staged.path() / "state", "1");
    fs::create_directory(staged.path() / "inner");
    write_file_atomically(staged.path() / "inner" / "b", "2");
    EXPECT_FALSE(fs::exists(target));
    staged.publish();
    EXPECT_EQ(read_text(target / "inner" / "b"), "2");
    EXPECT_FALSE(fs::exists(staged.path()));
  }
  EXPECT_EQ(read_text(target / "state"), "1");
  {
    StagedFolder again(target / "");
    write_file_atomically(again.path() / "state", "2");
    EXPECT_THAT(message([&] { again.publish(); }),
                HasSubstr("cannot publish " + target.string() + ": File exists"));
  }
  EXPECT_EQ(read_text(target / "state"), "1");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / "runs"), {}), 1);
}

TEST_F(File, StaleTemporariesAreThoseOfDeadProcesses) {
  const std::string dead = std::to_string(dead_process());
  fs::create_directories(folder_ / ("step-2.tmp-" + dead + "-0") / "inner");
  write_file_atomically(folder_ / ("latest.tmp-" + dead + "-1"), "x");
  for (const std::string& name : std::vector<std::string>{
           "step-1", "step-1.tmp-", "step-1.tmp-x-1", "step-1.tmp-5", "a.tmp-" + dead + "-1.txt"}) {
    write_file_atomically(folder_ / name, "x");
  }
  fs::create_symlink("step-1", folder_ / ("link.tmp-" + dead + "-2"));
  const fs::path locked =
      folder_ / ("other.tmp-" + dead + "-3");  // of a live process in another container
  write_file_atomically(locked, "x");
  const int descriptor = open(locked.c_str(), O_RDONLY);
  ASSERT_EQ(flock(descriptor, LOCK_EX), 0);
  const StagedFolder live(folder_ / "step-3");
  const std::size_t before = listing().size();
  EXPECT_THAT(remove_stale_temporaries(folder_),
              ElementsAre(folder_ / ("latest.tmp-" + dead + "-1"),
                          folder_ / ("step-2.tmp-" + dead + "-0")));
  EXPECT_EQ(listing().size(), before - 2);
  EXPECT_TRUE(fs::exists(live.path()));
  EXPECT_THAT(remove_stale_temporaries(folder_ / "none"), IsEmpty());
  close(descriptor);
}

}  // namespace
}  // namespace hilo
