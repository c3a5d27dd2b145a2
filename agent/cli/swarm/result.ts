import type { Graph } from "../../swarm/graph-file.ts";
import type { Replayed } from "../../swarm/surrogate.ts";
import { table } from "../terminal/table.ts";
import type { Fresh } from "./fresh.ts";
import { percent } from "./replay-judge.ts";

/** What an optimization came to. */
export type Found = {
  /** Which steps were taken, and why no others. */
  steps: string;
  winner: { arm: string; hash: string; utility: number; graph: Graph };
  arms: {
    name: string;
    utility: number | null;
    hash: string | null;
    evaluations: number;
    ended: string;
    trace: number[];
  }[];
  fresh: Fresh;
  credit: { node: string; credit: number | null }[] | null;
  surrogate: Replayed | null;
};

const SKILL = "mean skill, 0 as a constant, 1 the best of the metric";
const OUTCOME =
  "mean outcome of the answers at the end of the graph, 1 a better script, 0.5 one that runs, 0 a failure";
const HEAD = ["", "search", "fresh", "graphs", ""];

/** The result for people. */
export function foundText(folder: string, found: Found): string {
  const { arms, fresh, winner, credit, surrogate, steps } = found;
  const rows = arms.map(({ name, utility, hash, evaluations, ended }) => {
    const again = fresh.worth.find((each) => each.hash === hash);
    return [
      name,
      shown(utility),
      again?.mean == null ? (again?.why ?? "–") : shown(again.mean),
      String(evaluations),
      ended,
    ];
  });
  const gains = fresh.gains.map(({ over, mean, interval }) => {
    const within =
      interval === null
        ? "no interval: one competition"
        : `95 % ${shown(interval[0])} to ${shown(interval[1])}`;
    return mean === null ? `over ${over}: not known` : `over ${over}: ${shown(mean)} (${within})`;
  });
  const edges = winner.graph.edges.map((edge) => edge.join(" -> ")).join(", ");
  return `${[
    ...table([HEAD, ...rows], (column) => column > 0 && column < 4),
    `search and fresh: ${surrogate === null ? SKILL : OUTCOME}`,
    `best graph (${winner.arm}): ${edges === "" ? winner.graph.nodes[0]?.id : edges}`,
    ...(winner.utility > 0
      ? []
      : ["no graph was better than a constant: none is chosen for a reason"]),
    ...gains.map((line) => `  on fresh competitions ${line}`),
    ...(credit ?? []).map(
      ({ node, credit: worth }) =>
        `  ${node}: credit ${worth === null ? "not known" : shown(worth)}`,
    ),
    ...(surrogate === null ? [] : [surrogateText(surrogate)]),
    steps,
    `${folder}/best.json: play it with run <competition> --graph`,
  ].join("\n")}\n`;
}

function surrogateText({ prompts, answered, known }: Replayed): string {
  return `judged by stored calls: they answer ${answered} of ${prompts} prompts of the best graph (${percent(answered / Math.max(1, prompts))}), ${known} answers with a known outcome`;
}

function shown(value: number | null): string {
  return value === null ? "–" : value.toFixed(4);
}
