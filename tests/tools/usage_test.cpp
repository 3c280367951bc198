// Wrong command lines: exit code 2, a message that names the cure, and nothing done.
#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Row {
  std::vector<std::string> words;
  std::string message;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << "hilo";
  for (const std::string& word : row.words) *out << ' ' << word;
}

class WrongUsage : public testing::TestWithParam<Row> {};

TEST_P(WrongUsage, is_refused) {
  const Ended ended = hilo(GetParam().words);
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, StartsWith("hilo: "));
  EXPECT_THAT(ended.err, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, WrongUsage,
    testing::Values(
        Row{{"trian"}, "there is no command \"trian\"; did you mean train?\n  see:  hilo --help"},
        Row{{"xyzzy"}, "there is no command \"xyzzy\"\n  see:  hilo --help"},
        Row{{"devices", "--bakcend", "cpu"}, "devices: there is no flag --bakcend; did you mean --backend?\n  see:  hilo devices --help"},
        Row{{"devices", "cpu"}, "devices: unexpected argument \"cpu\""},
        Row{{"devices", "--devices", "many"}, "devices: "},
        Row{{"devices", "--backend", "cupda"}, "no such backend: cupda; did you mean cuda?"},
        Row{{"train", "cifar10"}, "train: --data is required"},
        Row{{"train", "cifar1", "--data", "d", "--out", "r"}, "there is no recipe \"cifar1\"; did you mean cifar10?"},
        Row{{"train", "cifar10", "--data", "d", "--out", "r", "--epochs", "1", "--steps", "2"}, "train: --epochs excludes --steps"},
        Row{{"train", "cifar10", "--data", "d", "--out", "r", "--epochs", "some"}, "epochs: got \"some\", expected a whole number, at least 1"},
        Row{{"train", "cifar10", "--data", "d", "--out", "r", "--batch", "0"}, "batch: got \"0\", expected a whole number, at least 1"},
        Row{{"train", "cifar10", "--data", "d", "--out", "r", "--set", "learning-rat=1"}, "there is no setting \"learning-rat\"; did you mean learning-rate?"},
        Row{{"train", "cifar10", "--data", "d", "--out", "r", "--set", "batch"}, "--set: got \"batch\", expected key=value"},
        Row{{"train", "cifar10", "--data", "d", "--out", "r", "--dtype", "bf16"}, "train: --dtype bf16 is not supported yet; expected f32"},
        Row{{"train", "cifar10", "--data", "d", "--out", "r", "--dtype", "f31"}, "train: --dtype: there is no dtype \"f31\"; expected f32"},
        Row{{"train", "cifar10", "--data", "d", "--out", "r", "--devices", "2"}, "train: --devices 2 is not supported yet; it runs on one device"},
        Row{{"classify", "r"}, "classify: IMAGE is required"},
        Row{{"plugins", "install"}, "plugins install: which one? cpu, cuda12, cuda13 or tpu"},
        Row{{"plugins", "install", "cuda14"}, "there is no plugin \"cuda14\"; did you mean cuda12, cuda13?"},
        Row{{"plugins", "instal"}, "plugins: "},
        Row{{"compile", "images"}, "compile images: its network depends on the data; say --data DIR"},
        Row{{"tokenize", "m"}, "tokenize: TEXT or --jsonl is required"},
        Row{{"tokenize", "m", "text", "--jsonl", "f"}, "tokenize: "},
        Row{{"detokenize", "m"}, "detokenize: ID or --jsonl is required"},
        Row{{"bench", "gema", "m"}, "bench: WHAT: gema not in {gemma}"},
        Row{{"bench", "gemma", "gemma2-2b", "--peer", "llama.cpp"}, "bench: --peer runs a GGUF file, one text at a time"},
        Row{{"bench", "gemma", "m", "--batch", "0"}, "bench: --batch"},
        Row{{"cache", "show"}, "cache: "}));

TEST(Help, is_given_for_the_program_and_each_command) {
  EXPECT_THAT(hilo_out({"--help"}), HasSubstr("train"));
  EXPECT_THAT(hilo_out({"help", "train"}), HasSubstr("--resume"));
  for (const char* command : {"train", "eval", "classify", "compile", "run", "generate", "chat", "logits", "bench", "perplexity", "vjp", "diff", "conformance", "inspect", "tokenize", "detokenize", "doctor", "devices", "plugins", "cache", "version"}) {
    const std::string text = hilo_out({command, "--help"});
    EXPECT_THAT(text, HasSubstr(std::string("Example:\n  ")));
    EXPECT_THAT(text, HasSubstr(std::string("hilo ") + command));
  }
  EXPECT_THAT(hilo_out({"train", "--help"}), HasSubstr("learning-rate  step size of the optimizer (0.001; "));
}

TEST(Help, is_what_no_command_gives) {
  const Ended ended = hilo({});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("classify"));
}

TEST(Version, is_printed) {
  EXPECT_THAT(hilo_out({"version"}), testing::MatchesRegex("hilo [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(hilo_out({"version"}), hilo_out({"--version"}));
}

TEST(Output, that_cannot_be_written_is_a_failure) {
  const Ended ended = run({"sh", "-c", program() + " version > /dev/full"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, "hilo: the output cannot be written; is the disk full?\n");
}

}  // namespace
}  // namespace hilo::tools::test
