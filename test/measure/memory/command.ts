import { Command } from "@commander-js/extra-typings";
import { count } from "../options.ts";
import type { Report } from "../timing.ts";
import { measureMemory } from "./memory.ts";

/** `measure memory`. */
export function memoryCommand(print: (report: Report, json: true | undefined) => void) {
  return new Command("memory")
    .description(
      "runs with no memory, notes, a memory, and a learned one, at equal calls; a large bank",
    )
    .option("--competitions <n>", "simulated competitions of one order", "60")
    .option("--orders <n>", "orders in which they come", "3")
    .option(
      "--whole <n>",
      "simulated competitions of one order by whole runs besides; 0: none",
      "8",
    )
    .option("--items <n>", "items of the large bank", "100000")
    .option("--shipped <ids>", "shipped competitions to run besides, separated by commas", "")
    .option("--runs <n>", "runs on each of them in every arm, seed by seed on one memory", "3")
    .option("--rows <n>", "rows that train in such a run", "1000")
    .option("--executions <n>", "executions of such a run", "10")
    .option("--folder <path>", "where those runs are kept; what is there is not made again")
    .option("--json", "one JSON object on standard output")
    .action(async ({ shipped, whole, folder, runs, json, ...counts }) =>
      print(
        await measureMemory({
          competitions: count(counts.competitions),
          orders: count(counts.orders),
          whole: Number(whole),
          items: count(counts.items),
          shipped: shipped === "" ? [] : shipped.split(","),
          seeds: count(runs),
          rows: count(counts.rows),
          executions: count(counts.executions),
          folder: folder ?? null,
        }),
        json,
      ),
    );
}
