import { bestFirst } from "../../tasks/competition.ts";
import type { Exchange } from "../models/model.ts";
import { inline } from "../roles/prompt/text.ts";
import type { ToolContext } from "./tool-context.ts";

/** Characters that are a token, in code and prose: a rough mean. */
const CHARS_PER_TOKEN = 3.5;
/** Share of the limit that the latest turns keep when the oldest give way: what is left is filled again before the next time, so that the beginning stays the same for many turns. */
const KEPT_SHARE = 0.4;
/** Attempts that a digest lists: the best and the latest. */
const MAX_ATTEMPTS = 24;
const MAX_FACTS = 20;

/** About how many tokens the turns of a conversation are. */
export function tokensOf(exchanges: readonly Exchange[]): number {
  let characters = 0;
  for (const { turn, answers, note } of exchanges) {
    characters += Math.max(turn.text.length, JSON.stringify(turn.raw?.message ?? "").length);
    characters += turn.calls.reduce((sum, call) => sum + call.arguments.length, 0);
    characters += answers.reduce((sum, { text }) => sum + text.length, 0);
    characters += note?.length ?? 0;
  }
  return Math.ceil(characters / CHARS_PER_TOKEN);
}

/** The turns that stay where all are too long: the latest, one at least; the same ones where they are not. */
export function keptOf(exchanges: readonly Exchange[], maxTokens: number): readonly Exchange[] {
  if (tokensOf(exchanges) <= maxTokens) return exchanges;
  let first = exchanges.length - 1;
  while (first > 0 && tokensOf(exchanges.slice(first - 1)) <= KEPT_SHARE * maxTokens) first -= 1;
  return exchanges.slice(first);
}

/** What mattered so far: scores, notes, scripts. Made from what the harness knows, not from what a model said of it. */
export function digestOf({
  scoring,
  workspace,
  run,
}: Pick<ToolContext, "scoring" | "workspace" | "run">): string {
  const attempts = scoring?.attempts ?? [];
  const scored = attempts.filter(({ evaluation }) => evaluation.score !== null);
  const { direction } = run.competition.metric;
  const ranked = bestFirst(scored, ({ evaluation }) => evaluation.score, direction).slice(
    0,
    MAX_ATTEMPTS / 2,
  );
  const listed = attempts.filter(
    (each, index) => ranked.includes(each) || index >= attempts.length - MAX_ATTEMPTS / 2,
  );
  const lines = listed.map(({ solution, evaluation }) => {
    const { score, status, seconds } = evaluation;
    const isBest = solution.id === scoring?.best?.solution.id ? ", the best so far" : "";
    const plan = solution.plan === null ? "" : `: ${inline(solution.plan, 200)}`;
    return `- ${solution.id}: ${score ?? status}, ${seconds.toFixed(0)} s${isBest}${plan}`;
  });
  const notes = workspace.notes.filter(({ kind }) => kind !== "fact");
  const facts = workspace.notes.filter(({ kind }) => kind === "fact").slice(-MAX_FACTS);
  const scripts = [...workspace.scripts].map(([name, { parent }]) =>
    parent === null ? name : `${name} (last scored as ${parent})`,
  );
  return [
    "# The work so far (earlier turns were left out)",
    `Attempts (${attempts.length} in all):`,
    ...(lines.length === 0 ? ["- none"] : lines),
    "Your notes:",
    ...[...notes, ...facts].map(({ kind, text }) => `- ${kind}: ${inline(text, 1000)}`),
    ...(workspace.notes.length === 0 ? ["- none"] : []),
    `Your scripts: ${scripts.length === 0 ? "none" : scripts.join(", ")}. The variables of run_python are still there.`,
  ].join("\n");
}
