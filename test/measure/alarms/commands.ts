import { Command } from "@commander-js/extra-typings";
import { count } from "../options.ts";
import type { Report } from "../timing.ts";
import { measureAlarms } from "./alarms.ts";
import { measureCosts } from "./costs.ts";

type Print = (report: Report, json: true | undefined) => void;

/** `npm run measure -- alarms`. */
export function alarmsCommand(print: Print) {
  return new Command("alarms")
    .description("part of trust: honest scripts on generated competitions, put to every check")
    .option("--competitions <n>", "generated competitions", "54")
    .option("--first <n>", "the first of them, from 1 on", "1")
    .option("--scripts <n>", "scripts on each, in turns; one of the playbook besides", "8")
    .option("--results <file>", "where results are kept; what is there is not done again")
    .option("--json", "one JSON object on standard output")
    .action(async ({ competitions, first, scripts, results, json }) =>
      print(
        await measureAlarms({
          first: count(first),
          competitions: count(competitions),
          scripts: count(scripts),
          results: results ?? null,
        }),
        json,
      ),
    );
}

/** `npm run measure -- costs`. */
export function costsCommand(print: Print) {
  return new Command("costs")
    .description("part of trust: executions that the checks add to a run of default effort")
    .option("--run <folder>", "count those of this run instead of a scripted one")
    .option("--json", "one JSON object on standard output")
    .action(async ({ run, json }) => print(await measureCosts(run ?? null), json));
}
