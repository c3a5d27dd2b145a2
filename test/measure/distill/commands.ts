import { Command } from "@commander-js/extra-typings";
import { count } from "../options.ts";
import type { Report } from "../timing.ts";
import { measureDistill, PARTS } from "./distill.ts";
import { measureDistillTools } from "./tools.ts";

type Print = (report: Report, json: true | undefined) => void;

/** `npm run measure -- distill`. */
export function distillCommand(print: Print) {
  return new Command("distill")
    .description(
      "small students, trained for real on runs of a rule-based teacher, before and after, on other competitions",
    )
    .requiredOption("--base <weights>", "the student: a folder with config.json, or a .gguf file")
    .option("--parts <names>", "debugger, planner, separated by commas", PARTS.join(","))
    .option("--train <n>", "generated competitions to train on", "20")
    .option("--dev <n>", "others to evaluate on", "20")
    .option("--bugs <n>", "bugs planted into each script that ran", "4")
    .option("--epochs <n>", "passes over the rows", "3")
    .option("--batch <n>", "rows of a step", "4")
    .option("--dev-rows <n>", "rows of dev at most that a dev loss is measured on", "12")
    .option("--shares <list>", "percent of the rows, separated by commas", "25,50,100")
    .option("--limit <n>", "tasks of dev at most")
    .option("--sandbox <engine>", "what runs scripts", "auto")
    .requiredOption("--folder <path>", "where all is kept; what is there is not done again")
    .option("--json", "one JSON object on standard output")
    .action(async ({ parts, train, dev, bugs, epochs, batch, devRows, limit, json, ...rest }) =>
      print(
        await measureDistill({
          ...rest,
          parts: PARTS.filter((part) => parts.split(",").includes(part)),
          train: count(train),
          dev: count(dev),
          bugs: count(bugs),
          epochs: count(epochs),
          batch: count(batch),
          devRows: count(devRows),
          limit: limit === undefined ? null : count(limit),
        }),
        json,
      ),
    );
}

/** `npm run measure -- distill-tools`. */
export function distillToolsCommand(print: Print) {
  return new Command("distill-tools")
    .description(
      "a small model that learns to call tools, on other competitions than it learned on",
    )
    .requiredOption("--base <weights>", "the model that is trained")
    .option(
      "--folder <path>",
      "where all is kept; what is there is not done again",
      "distill-tools",
    )
    .option("--share <percent>", "of the conversations, to train on", "100")
    .option("--limit <n>", "conversations to make pairs of, and to judge on, at most")
    .option("--json", "one JSON object on standard output")
    .action(async ({ json, share, limit, ...options }) =>
      print(
        await measureDistillTools({
          ...options,
          share: count(share),
          limit: limit === undefined ? null : count(limit),
        }),
        json,
      ),
    );
}
