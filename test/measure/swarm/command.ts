import { Command } from "@commander-js/extra-typings";
import { count } from "../options.ts";
import type { Report } from "../timing.ts";
import { measureRealSwarm } from "./real.ts";
import { measureSwarm } from "./swarm.ts";

/** `npm run measure -- swarm`. */
export function swarmCommand(print: (report: Report, json: true | undefined) => void) {
  return new Command("swarm")
    .description(
      "optimizers of graphs against random search, the best model and a graph by hand, simulated members",
    )
    .option("--seeds <n>", "worlds", "3")
    .option("--items <n>", "questions that a graph is judged on (60; 3 with --real)")
    .option("--evaluations <n>", "graphs that each search may judge (40; 3 with --real)")
    .option("--results <file>", "where results are kept; what is there is not done again")
    .option(
      "--real <file>",
      "instead: the real models of test/engine/local-model.sh, their answers kept here; what is there is not asked again",
    )
    .option("--fresh <n>", "with --real: questions that graphs are judged on again", "6")
    .option("--json", "one JSON object on standard output")
    .action(async ({ json, seeds, items, evaluations, results, real, fresh }) => {
      if (real === undefined) {
        const options = { seeds, items: items ?? "60", evaluations: evaluations ?? "40", results };
        print(await measureSwarm(options), json);
        return;
      }
      const sizes = { seeds: count(seeds), fresh: count(fresh) };
      const given = { items: count(items ?? "3"), evaluations: count(evaluations ?? "3") };
      print(await measureRealSwarm({ file: real, ...sizes, ...given }), json);
    });
}
