import { needsOf, type Signature, type ToolGraph } from "../../../../distill/tools/graph.ts";
import type { Path, PlannedTurn } from "../../../../distill/tools/paths.ts";
import {
  type Answered,
  groundless,
  placeholdersIn,
  resolve,
  sourcesOf,
  Unresolved,
} from "../../../../distill/tools/sources.ts";
import { expectedState, stateProblem } from "../../../../distill/tools/state.ts";
import type { Given, TaskCall, TaskTurn, ToolTask } from "../../../../distill/tools/task.ts";
import type { Model } from "../../../../models/model.ts";
import { drawsOf } from "../../../../policies/random.ts";
import { Unreadable } from "../../../../roles/role.ts";
import { callWriter } from "../../../../roles/tool-data/call-writer.ts";
import type { MadeCall } from "../../../../roles/tool-data/inputs.ts";
import { questionWriter } from "../../../../roles/tool-data/question-writer.ts";
import type { Run } from "../../../../run/run.ts";
import { toolsFor } from "../../../../tools/registry.ts";
import { specOf } from "../../../../tools/tool.ts";
import { systemText } from "../conversation.ts";
import { askTeacher } from "./ask-teacher.ts";
import type { ScratchCompetition } from "./competition.ts";
import { openToolSession, type ToolSession } from "./tool-session.ts";

/** Where a path is translated and its calls are executed. */
export type TranslationContext = {
  run: Run;
  teacher: Model;
  graph: ToolGraph;
  competition: ScratchCompetition;
  split: ToolTask["split"];
  /** Tools that a conversation lists: all, or those of the path and others up to so many. */
  listed: number | null;
};

/** A task, and why turns of its path are not in it; null: nothing is left. */
export type Translated = { task: ToolTask | null; dropped: string[] };

/** What a turn came to. */
type Turned = { turn: TaskTurn } | { dropped: string };

/** What is known so far. */
type Work = TranslationContext & {
  session: ToolSession;
  at: string;
  given: string;
  answers: (Answered & { tool: string })[];
};

/**
 * Back-and-forth translation of Magnet (arXiv 2503.07826): for each turn the words of a user, then the calls that do
 * what they say, executed by the real tools; what they answer is known in the turns behind. A turn that fails is
 * dropped with all behind it.
 */
export async function translate(
  context: TranslationContext,
  { id, path }: { id: string; path: Path },
): Promise<Translated> {
  const { run, graph, competition, split } = context;
  const given = givenFor(path, graph.tools);
  const tools = listedFor(path, context, id);
  const at = `${id}-reference`;
  await using session = await openToolSession(run, competition, { at, given, listed: null });
  const system = systemText(tools, competition, session.given);
  const work: Work = { ...context, session, at, given: system, answers: [] };
  const turns: TaskTurn[] = [];
  const dropped: string[] = [];
  let kept = session.done.length;
  for (const [index, planned] of path.turns.entries()) {
    const turned = await translateTurn(work, planned, index);
    if ("dropped" in turned) {
      dropped.push(turned.dropped);
      break;
    }
    turns.push(turned.turn);
    kept = session.done.length;
  }
  if (turns.every(({ calls }) => calls.length === 0)) return { task: null, dropped };
  const state = expectedState(session.done.slice(0, kept));
  const problem = dropped.length === 0 ? stateProblem(state, session.state()) : null;
  if (problem !== null)
    return { task: null, dropped: [`final state not as the calls mean: ${problem}`] };
  return {
    task: { id, split, competition: competition.id, tools, given, turns, state },
    dropped,
  };
}

async function translateTurn(work: Work, planned: PlannedTurn, index: number): Promise<Turned> {
  const { run, teacher, session, answers } = work;
  const { calls, missing } = planned;
  const at = `${work.at}/turn-${index + 1}`;
  const names = [...calls.map(({ tool }) => tool), ...(missing === null ? [] : [missing.tool])];
  const specs = toolsFor("work", { hasWeb: false }).filter(({ name }) => names.includes(name));
  const input = {
    tools: specs.map(specOf),
    calls,
    missing,
    known: session.known(),
    earlier: answers.map(({ id, tool, text }) => ({ id, tool, text })),
  };
  const question = await askTeacher(run, teacher, questionWriter, { at, input });
  if (question instanceof Unreadable) return { dropped: `no question: ${question.why}` };
  if (namesTool(question, work.graph)) return { dropped: "the question names a tool" };
  if (missing !== null) return { turn: { question, missing, calls: [] } };
  const made = await askTeacher(run, teacher, callWriter, { at, input: { ...input, question } });
  if (made instanceof Unreadable) return { dropped: `no calls: ${made.why}` };
  const isAsPlanned =
    made.length === calls.length && made.every(({ tool }, place) => tool === calls[place]?.tool);
  if (!isAsPlanned) return { dropped: "other calls than those of the path" };
  return executeTurn(work, planned, { question, made });
}

async function executeTurn(
  { session, answers, given, graph }: Work,
  { calls }: PlannedTurn,
  { question, made }: { question: string; made: readonly MadeCall[] },
): Promise<Turned> {
  const done: TaskCall[] = [];
  const earlier = [...answers];
  for (const [place, { tool, arguments: planned }] of made.entries()) {
    const { id = place, nestedIn = null } = calls[place] ?? {};
    const resolved = resolve(planned, answers);
    if (resolved instanceof Unresolved) return { dropped: resolved.why };
    const sources = sourcesOf(planned, resolved, { question, given, answers: earlier });
    const takes = graph.tools.find(({ name }) => name === tool)?.takes ?? [];
    const nowhere = groundless(sources, takes);
    if (nowhere !== null) return { dropped: `${tool}.${nowhere} comes from nowhere` };
    const { value, text, isError } = await session.call(tool, JSON.stringify(resolved));
    if (isError) return { dropped: `${tool} was refused` };
    if (tool === "score" && (value as { score: number | null }).score === null)
      return { dropped: "a script was not scored" };
    const step = stepOf(done, placeholdersIn(planned));
    done.push({ id, tool, arguments: resolved, nestedIn, step, sources });
    answers.push({ id, tool, value, text });
  }
  return { turn: { question, missing: null, calls: done } };
}

/** Calls that wait for an answer of this turn are made in a later reply; none is made before an earlier one. */
function stepOf(done: readonly TaskCall[], sources: readonly number[]): number {
  const last = done.at(-1)?.step ?? 0;
  const waited = done.filter(({ id }) => sources.includes(id)).map(({ step }) => step + 1);
  return Math.max(last, ...waited);
}

/** What must be there before, so that every call of a path can be made. */
export function givenFor(path: Path, tools: readonly Signature[]): Given {
  const made = new Set(["file", "column"]);
  let given: Given = "nothing";
  for (const { tool } of path.turns.flatMap(({ calls }) => calls)) {
    const signature = tools.find(({ name }) => name === tool);
    if (signature === undefined) continue;
    const needed = needsOf(signature).filter((title) => title !== "new script" && !made.has(title));
    if (needed.includes("solution")) given = "solution";
    else if (needed.includes("script") && given === "nothing") given = "script";
    for (const title of [...signature.gives, ...needed]) made.add(title);
  }
  return given;
}

/** The tools that are listed, in the order of the registry. A function that is missing is not among them. */
function listedFor(path: Path, { graph, listed }: TranslationContext, id: string): string[] {
  const names = graph.tools.map(({ name }) => name);
  const missing = path.turns.flatMap(({ missing: each }) =>
    each?.kind === "function" ? [each.tool] : [],
  );
  const used = new Set(
    path.turns.flatMap(({ calls, missing: each }) => [
      ...calls.map(({ tool }) => tool),
      ...(each?.kind === "parameters" ? [each.tool] : []),
    ]),
  );
  const random = drawsOf("listed", id);
  const others = names
    .filter((name) => !used.has(name) && !missing.includes(name))
    .map((name) => ({ name, place: random() }))
    .sort((a, b) => a.place - b.place)
    .slice(0, listed === null ? names.length : Math.max(0, listed - used.size));
  const shown = new Set([...used, ...others.map(({ name }) => name)]);
  return names.filter((name) => shown.has(name));
}

/** Whether a user speaks of a tool by its name; a name that is a word is one only in a fence of its own. */
function namesTool(question: string, { tools }: ToolGraph): boolean {
  return tools.some(({ name }) =>
    name.includes("_") ? question.includes(name) : question.includes(`\`${name}\``),
  );
}
