import { runFiles } from "../../../runs/record/folder.ts";
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { type Cost, type CostRow, costOfRun, type PhaseCost } from "../../../runs/report/cost.ts";
import { showCount, showPercent, showSeconds, showUsd } from "../../../runs/report/formats.ts";
import { table } from "../terminal/table.ts";

/** Reads what a run cost; also while it is at work. */
export async function readCost(folder: string): Promise<Cost> {
  return costOfRun(await readEvents(runFiles(folder).journal));
}

const HEAD = [
  "",
  "calls",
  "fresh",
  "cached",
  "written",
  "output",
  "thinking",
  "from cache",
  "dollars",
  "seconds",
  "accepted",
  "each",
];

/** The cost of a run as a table for people: phases first, then roles and models, then all together. */
export function costText({ total, byPhase, byRole, byModel, calls }: Cost): string {
  if (calls.length === 0) return "no model was asked\n";
  const groups: [string, readonly (CostRow | PhaseCost)[]][] = [
    ["by phase", byPhase],
    ["by role", byRole],
    ["by model", byModel],
    ["", [{ ...total, name: "all" }]],
  ];
  const rows = groups.flatMap(([title, each]) => [
    ...(title === "" ? [] : [[title]]),
    ...each.map(cells),
  ]);
  const lines = table([HEAD, ...rows], (column) => column > 0);
  const guessed = calls.filter(({ estimated }) => estimated).length;
  const note =
    guessed === 0 ? [] : [`${guessed} calls reported no usage: their tokens are estimated`];
  return `${[...lines, ...note].join("\n")}\n`;
}

function cells(row: CostRow | PhaseCost): string[] {
  const { name, calls, tokens, usd, seconds, cacheHits } = row;
  const counts = [tokens.input, tokens.cacheRead, tokens.cacheWrite, tokens.output];
  const gains =
    "accepted" in row
      ? [String(row.accepted), row.usdPerAccepted === null ? "–" : showUsd(row.usdPerAccepted)]
      : [];
  return [
    `  ${name}`,
    String(calls),
    ...counts.map(showCount),
    tokens.thinking === null ? "–" : showCount(tokens.thinking),
    cacheHits === null ? "–" : showPercent(cacheHits),
    showUsd(usd),
    showSeconds(seconds),
    ...gains,
  ];
}
