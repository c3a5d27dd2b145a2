import { presets } from "../../../agent/config.ts";
import { pipeline } from "../../../agent/pipeline.ts";
import type { Event } from "../../../runs/events/events.ts";
import { runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import type { View } from "../../../tasks/referee/referee.ts";
import { openWorld } from "../../fakes/world.ts";
import { percent, type Report } from "../timing.ts";

const DISGUISES: readonly View[] = ["rekeyed-0", "perturbed-0", "fresh-0"];

/** What an execution was for. */
type Purpose = "search" | "sealed" | "final" | "halved" | "shuffled" | "disguised" | "again";
/** What finds cheats; the others make, choose and forecast. */
const BESIDE_CANARY: readonly Purpose[] = ["disguised", "again"];
const CHECKS: readonly Purpose[] = ["shuffled", ...BESIDE_CANARY];

/** Executions that the checks of scripts add to a run of `default` effort, by its journal: of a run that is given, or of one of shipped fakes. */
export async function measureCosts(folder: string | null): Promise<Report> {
  const events = folder === null ? await scripted() : await readEvents(runFiles(folder).journal);
  const executions = events.flatMap((event) => (event.type === "executed" ? [event.value] : []));
  const counts = new Map<Purpose, { executions: number; seconds: number }>();
  for (const { solution, view, seconds } of executions) {
    const purpose = purposeOf(solution, view);
    const count = counts.get(purpose) ?? { executions: 0, seconds: 0 };
    counts.set(purpose, { executions: count.executions + 1, seconds: count.seconds + seconds });
  }
  const total = (which: readonly Purpose[], of: "executions" | "seconds") =>
    which.reduce((sum, each) => sum + (counts.get(each)?.[of] ?? 0), 0);
  const added = (checks: readonly Purpose[], of: "executions" | "seconds") =>
    total(checks, of) /
    total(
      [...counts.keys()].filter((each) => !checks.includes(each)),
      of,
    );
  return {
    title: `trust: what the checks add to ${folder ?? "a scripted run of default effort"}`,
    table: [
      ["", "executions", "seconds", "goal"],
      ...[...counts].map(([purpose, { executions: count, seconds }]) => [
        purpose === "again" ? "reproduction" : purpose,
        `${count}`,
        seconds.toFixed(1),
        "",
      ]),
      [
        "all checks add",
        percent(added(CHECKS, "executions")),
        percent(added(CHECKS, "seconds")),
        "≤ 10 %",
      ],
      [
        "those beside the canary add",
        percent(added(BESIDE_CANARY, "executions")),
        percent(added(BESIDE_CANARY, "seconds")),
        "",
      ],
    ],
    notes: [`beside the canary (shuffled): ${BESIDE_CANARY.join(", ")}`],
    data: Object.fromEntries(counts),
  };
}

function purposeOf(solution: string, view: string): Purpose {
  if (/\/again(?:-2)?$/u.test(solution)) return "again";
  const [kind = ""] = view.split("-");
  if (kind === "rekeyed" || kind === "perturbed" || kind === "fresh") return "disguised";
  const own = (["sealed", "final", "halved", "shuffled"] as const).find((each) => each === kind);
  return own ?? "search";
}

async function scripted(): Promise<readonly Event[]> {
  const config = { ...presets.default, ensembleAttempts: 1, refinement: "script" as const };
  // Small data: all five folds score, as in a run of less than 10,000 rows.
  const folds = Array.from({ length: 5 }, (_, fold) => ({
    view: `fold-${fold}` as const,
    trainRows: 400,
    validRows: 100,
  }));
  const split = { folds, searchFolds: 5 };
  await using world = await openWorld({ config, split, disguises: DISGUISES, growth: 0.001 });
  await pipeline(world.handle.run);
  return world.journal.events;
}
