import { Command } from "@commander-js/extra-typings";
import { UserError } from "../../../runs/errors.ts";
import { table } from "../terminal/table.ts";
import { topics, topicText } from "./topics.ts";

/** What is asked of a command whose help is wanted. */
type Helpful = {
  readonly commands: readonly (Helpful & { name(): string })[];
  outputHelp(): void;
};

/** `mle-star help [topic]`: a topic in words, or the help of a command. */
export function helpCommand(program: Helpful): Command<[string[]], { json?: true }> {
  return new Command("help")
    .description("Explain a topic, or list the options of a command.")
    .summary(`explain a topic: ${Object.keys(topics).join(", ")}`)
    .argument("[topic...]", "a topic, or a command")
    .option("--json", "print one JSON object")
    .action(async (words, { json }) => {
      const [topic = ""] = words;
      const found = topics[topic];
      if (found !== undefined) {
        const text = await topicText(found);
        process.stdout.write(json ? `${JSON.stringify({ topic, text })}\n` : text);
        return;
      }
      const command = commandAt(program, words);
      if (command === null) throw unknown(words);
      if (json) process.stdout.write(`${JSON.stringify({ topics: aboutAll() })}\n`);
      else command.outputHelp();
      if (words.length === 0 && !json) process.stdout.write(`\n${listed()}\n`);
    });
}

function commandAt(program: Helpful, words: readonly string[]): Helpful | null {
  let at: Helpful | null = program;
  for (const word of words) at = at?.commands.find((each) => each.name() === word) ?? null;
  return at;
}

function unknown(words: readonly string[]): UserError {
  return new UserError(
    `no topic or command "${words.join(" ")}"; topics: ${Object.keys(topics).join(", ")}`,
  );
}

function aboutAll() {
  return Object.entries(topics).map(([topic, { about }]) => ({ topic, about }));
}

function listed(): string {
  const rows = aboutAll().map(({ topic, about }) => [`  ${topic}`, about]);
  return `Topics (mle-star help <topic>):\n${table(rows).join("\n")}`;
}
