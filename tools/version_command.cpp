#include <CLI/CLI.hpp>
#include <iostream>

#include "hilo/version.h"
#include "tools/command.h"
#include "tools/messages.h"

namespace hilo::tools {

Command version_command() {
  return {"version", "The version of this program", "  hilo version", [](CLI::App& app) -> std::function<int()> {
            const auto as_json = std::make_shared<bool>(false);
            app.add_flag("--json", *as_json, "As JSON");
            return [as_json] {
              if (*as_json) {
                std::cout << text_of({{"hilo", kVersion}}) << "\n";
              } else {
                std::cout << "hilo " << kVersion << "\n";
              }
              return kDone;
            };
          }};
}

}  // namespace hilo::tools
