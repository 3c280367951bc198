"""Renders conversations with the published chat templates of Gemma, and splits them with Hugging Face's tokenizers.

Usage: chat_goldens.py GEMMA2_CONFIG GEMMA3_CONFIG GEMMA3_TOKENIZER > chat_goldens.json
The configs are tokenizer_config.json of google/gemma-2-2b-it (that of google/gemma-2b-it is the same) and of
google/gemma-3-1b-it; the tokenizer is Gemma 3's tokenizer.json. Needs jinja2 and tokenizers.
"""
import json
import sys

import jinja2
import tokenizers

CONVERSATIONS = {
    "question": [("user", "Are bees and wasps similar?")],
    "answered": [("user", "Hi"), ("assistant", "Hello! How can I help?"), ("user", "Tell me a joke.")],
    "spaces": [("user", "  \n two\n\nlines \t\u00a0\u3000"), ("assistant", "\n ok \n"), ("user", "")],
    "system": [("system", " Be brief. "), ("user", " What is 2+2? ")],
    "system and answer": [("system", "Du bist ein Pirat.\n"), ("user", "Wer bist du?"), ("assistant", "Arr! \U0001f3f4\u200d\u2620\ufe0f")],
    "two users": [("user", "a"), ("user", "b")],
    "assistant first": [("assistant", "a")],
}


def refuse(message):
    raise ValueError(message)


def main():
    # transformers renders with trim_blocks and lstrip_blocks.
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = refuse
    splitter = tokenizers.Tokenizer.from_file(sys.argv[3])
    rows = []
    for generation, file in ((2, sys.argv[1]), (3, sys.argv[2])):
        with open(file) as config:
            template = environment.from_string(json.load(config)["chat_template"])
        for name, turns in CONVERSATIONS.items():
            for asks in (True, False):
                row = {"name": name, "generation": generation, "asks": asks, "turns": turns}
                messages = [{"role": role, "content": text} for role, text in turns]
                try:
                    row["text"] = template.render(messages=messages, bos_token="<bos>", add_generation_prompt=asks)
                    if generation == 3:
                        row["ids"] = splitter.encode(row["text"], add_special_tokens=False).ids
                except ValueError as error:
                    row["refused"] = str(error)
                rows.append(row)
    json.dump(rows, sys.stdout, indent=0, ensure_ascii=True)
    print()


main()
