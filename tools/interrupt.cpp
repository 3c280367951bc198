#include "tools/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <string_view>

namespace hilo::tools {
namespace {

std::atomic<train::Trainer*> trainer_to_stop{nullptr};
std::atomic<int> signal_that_came{0};
static_assert(std::atomic<train::Trainer*>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

// Only what a signal handler may do: atomics and write(2).
void on_signal(int number) {
  signal_that_came.store(number);
  if (train::Trainer* trainer = trainer_to_stop.load()) trainer->request_stop();
  constexpr std::string_view kText = "\nhilo: stopping after this step; once more ends at once\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kText.data(), kText.size());
}

void set_action(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);  // the second signal does what signals do
  ::sigaction(number, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt(train::Trainer& trainer) {
  signal_that_came.store(0);
  trainer_to_stop.store(&trainer);
  for (int number : {SIGINT, SIGTERM}) set_action(number, on_signal);
}

Interrupt::~Interrupt() {
  for (int number : {SIGINT, SIGTERM}) set_action(number, SIG_DFL);
  trainer_to_stop.store(nullptr);
}

int Interrupt::signal() const { return signal_that_came.load(); }

}  // namespace hilo::tools
