import type { ToolCall } from "../../../../../runs/events/tools.ts";
import { type DoneCall, lookOf, settled } from "../../../../distill/tools/state.ts";
import type { FinalState, Given } from "../../../../distill/tools/task.ts";
import { openScoring } from "../../../../phases/tool-work.ts";
import type { Known } from "../../../../roles/tool-data/inputs.ts";
import type { Run } from "../../../../run/run.ts";
import { callTool } from "../../../../tools/call-tool.ts";
import { toolsFor } from "../../../../tools/registry.ts";
import { openScratch } from "../../../../tools/scratch/scratch.ts";
import type { ToolContext, Workspace } from "../../../../tools/tool-context.ts";
import type { Outcome } from "../conversation.ts";
import { interrupted } from "../interrupted.ts";
import { type ScratchCompetition, scriptOf } from "./competition.ts";

/** A tool context of its own for one conversation: tools are called on it one by one, and what they left can be read. */
export type ToolSession = AsyncDisposable & {
  call(name: string, given: string): Promise<Outcome>;
  state(): FinalState;
  known(): Known;
  /** Every call that was done and not refused, those of the beginning included. */
  readonly done: readonly DoneCall[];
  /** What is said of what stands there already. */
  readonly given: string;
};

/** Solutions are named as the driver `native` names them, whichever conversation they are of. */
const SHOWN = "native/";
/** The script that stands there already, where a conversation begins with one. */
const START = "start.py";
/** How long something took is another number every time, and teaches nothing. */
const SECONDS = /\b\d+\.\d s\b/gu;

/**
 * Opens a session at a place of the run; `given` is made there by calls of the real tools. Every call is a step of the
 * run's journal: what was done before is read back, and nothing is done twice.
 */
export async function openToolSession(
  run: Run,
  competition: ScratchCompetition,
  { at, given, listed }: { at: string; given: Given; listed: readonly string[] | null },
): Promise<ToolSession> {
  const tools = toolsFor("work", { hasWeb: false }).filter(
    ({ name }) => listed === null || listed.includes(name),
  );
  const workspace: Workspace = { scripts: new Map(), notes: [] };
  const scratch = openScratch(run, at);
  const scoring = openScoring(run, at, false);
  const context: ToolContext = {
    run,
    role: "agent",
    at,
    scratch,
    workspace,
    seconds: null,
    scoring,
  };
  const looks: string[] = [];
  const done: DoneCall[] = [];
  let [count, isOver] = [0, false];
  const call = async (name: string, text: string, all = tools): Promise<Outcome> => {
    count += 1;
    if (isOver) return refused("not done: the work was ended before it");
    const asked: ToolCall = { id: `call-${count}`, name, arguments: inner(text, at) };
    const called = await callTool(context, all, asked, `${at}/call-${count}`);
    if (called === null) throw interrupted();
    const shown = outer(called.text, at).replaceAll(SECONDS, "1.0 s");
    isOver ||= called.ends;
    const look = called.isError ? null : lookOf(name, shown);
    if (look !== null) looks.push(look);
    const value: unknown = JSON.parse(outer(JSON.stringify(called.value ?? null), at));
    const { isError, ends } = called;
    if (!isError) done.push({ tool: name, arguments: JSON.parse(text), value, text: shown });
    return { value, text: isError ? `Refused: ${shown}` : shown, isError, ends };
  };
  const session = {
    done,
    call: (name: string, text: string) => call(name, text),
    state: () => stateOf(run, at, { workspace, isOver, looks }),
    known: (): Known => ({
      files: ["train.csv"],
      columns: competition.columns,
      target: competition.target,
      scripts: [...workspace.scripts].map(([name, { code }]) => ({ name, code })),
      solutions: scoring.attempts.flatMap(({ solution, evaluation }) =>
        evaluation.score === null ? [] : { id: outer(solution.id, at), code: solution.code },
      ),
    }),
    [Symbol.asyncDispose]: () => scratch.close(),
  };
  const every = toolsFor("work", { hasWeb: false });
  const words = await begin(given, competition, (name, text) => call(name, text, every));
  return { ...session, given: words };
}

/** Makes what stands there already, and says so. */
async function begin(
  given: Given,
  competition: ScratchCompetition,
  call: (name: string, text: string) => Promise<Outcome>,
): Promise<string> {
  if (given === "nothing") return "No script is there yet.";
  const code = scriptOf(competition, "mean()");
  await call("write_script", JSON.stringify({ script: START, code }));
  if (given === "script") return `A script is there, not scored yet: ${START}.`;
  const { text } = await call("score", JSON.stringify({ script: START }));
  return `A script is there, and scored: ${START}.\n${text.split("\n")[0] ?? ""}`;
}

function stateOf(
  { evaluated }: Run,
  at: string,
  { workspace, isOver, looks }: { workspace: Workspace; isOver: boolean; looks: string[] },
): FinalState {
  const own = [...evaluated.values()].filter(({ solution }) => solution.id.startsWith(`${at}/`));
  const scripts = Object.fromEntries(
    [...workspace.scripts].map(([name, { code }]) => [name, code]),
  );
  const attempts = own.map(({ solution, evaluation }) => ({
    code: solution.code,
    status: evaluation.status,
  }));
  return settled({ scripts, notes: [...workspace.notes], attempts, isOver, looks: [...looks] });
}

function refused(why: string): Outcome {
  return { value: null, text: `Refused: ${why}`, isError: true, ends: false };
}

/** Names of solutions as the run knows them, and as the conversation does. */
function inner(text: string, at: string): string {
  return text.replaceAll(SHOWN, `${at}/`);
}

function outer(text: string, at: string): string {
  return text.replaceAll(`${at}/`, SHOWN);
}
