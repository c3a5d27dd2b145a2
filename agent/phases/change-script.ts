import { evaluate } from "../evaluate/evaluate.ts";
import { syntaxProblem } from "../evaluate/repair.ts";
import { type Block, keepHeader } from "../python-source/blocks.ts";
import type { RoleInputs } from "../roles/inputs.ts";
import { outcomeText } from "../roles/prompt/paragraphs.ts";
import type { PlannedChange } from "../roles/reply/readers.ts";
import { NoAnswer } from "../run/ask/ask.ts";
import type { Examined } from "../run/context/examine.ts";
import { secondsByBlock } from "../run/context/spent.ts";
import { printedBy, triedBefore } from "../run/context/tried.ts";
import type { Run } from "../run/run.ts";
import { secondsEach } from "../run/seconds.ts";
import { type Attempt, type Evaluated, triedPlan, type Variant } from "../solution.ts";
import { askLooking } from "../tools/ask-looking.ts";
import { isGainExpected } from "../trust/accept.ts";
import type { Change, Changed, Maker } from "./attempts.ts";
import { type Vetting, vet } from "./vet.ts";

/** What the attempts of one step go by, beside the script that they change. */
export type Step = Examined & {
  variants: readonly Variant[];
  /** Changes of the track's earlier steps. */
  earlier: readonly Change[];
  /** Models that the other tracks begin with. */
  others: readonly string[];
  /** Steps without a gain before this one: after one a whole new script may be written. */
  idle: number;
};

/** What one attempt goes by: the place of its step, and what the attempts before it at the same script came to. */
type Known = Step & {
  at: string;
  history: (Attempt & { block: string })[];
  /** Scripts that were run. */
  ran: readonly string[];
} & Partial<Pick<RoleInputs["refiner"], "feedback" | "drawn" | "refused" | "carryOut">>;

/** A change that can be made: the plan, the names of what it touches, and the script that comes of it. */
type Made = { plan: string; block: string; code: string; isRefused: boolean };

/**
 * K attempts at a script as a whole, by a model that sees all of it and what was tried (not in the paper, where an
 * attempt sees one block). An attempt goes on from the one before it when a gain is expected of that, so that two gains
 * add up; every one of them may win.
 */
export async function attemptChanges(
  run: Run,
  at: string,
  best: Evaluated,
  step: Step,
): Promise<Changed> {
  const tried: Evaluated[] = [];
  const changes: Change[] = [];
  let base = best;
  let history: (Attempt & { block: string })[] = [];
  for (let k = 1; k <= run.config.attempts; k++) {
    const id = `${at}/attempt-${k}`;
    const ran = scriptsOfTrack(run, base);
    const known = { ...step, at, earlier: [...step.earlier, ...changes], history, ran };
    const made = await vettedChange(run, id, base, known, run.config.attempts - k + 1);
    if (made instanceof NoAnswer) break;
    const evaluated = await evaluateChange(run, id, base, made);
    if (evaluated !== null) tried.push(evaluated);
    const { status, score } = evaluated?.evaluation ?? NO_SCRIPT;
    const seconds = secondsEach(evaluated?.evaluation ?? NO_SCRIPT);
    const { block } = made;
    const plan = triedPlan(made.plan, evaluated);
    const improved = evaluated !== null && (await isGainExpected(run, base, evaluated));
    if (evaluated !== null && improved) {
      changes.push(...history.map((each) => ({ ...each, improved: false })));
      changes.push({ block, plan, improved });
      history = [];
      base = evaluated;
    } else history = [...history, { block, plan, status, score, seconds }];
  }
  changes.push(...history.map(({ block, plan }) => ({ block, plan, improved: false })));
  return { tried, changes };
}

/** The same attempts one by one, for a policy that chooses what each begins with and is shown. */
export function changeMaker(run: Run, at: string, step: Step): Maker {
  return async (id, from, { feedback, drawn, left, before }) => {
    const ran = [from.solution.code, ...before.map(({ code }) => code)];
    const known = { ...step, at, history: [], feedback, drawn, ran };
    const made = await vettedChange(run, id, from, known, left);
    if (made instanceof NoAnswer) return made;
    const { block, plan } = made;
    return { block, plan, evaluated: await evaluateChange(run, id, from, made) };
  };
}

/** The history of a plan that led to no new script. */
const NO_SCRIPT = { status: "failed" as const, score: null, seconds: 0, executions: 0 };

/** Codes of all scripts of a track so far: a track goes on one step after the other. */
function scriptsOfTrack(run: Run, { solution: { track } }: Evaluated): string[] {
  return [...run.evaluated.values()]
    .filter(({ solution }) => solution.track === track)
    .map(({ solution }) => solution.code);
}

/** A change whose plan was vetted before it costs anything: where it is refused, another one is asked for, once. */
async function vettedChange(
  run: Run,
  id: string,
  base: Evaluated,
  known: Known,
  attempts: number,
): Promise<Made | NoAnswer> {
  const first = await askChange(run, id, base, known, attempts);
  if (first instanceof NoAnswer) return first;
  const vetting = (made: Made): Vetting => ({
    step: known.at,
    base,
    block: null,
    variants: known.variants,
    tried: known.history.map(({ plan, status, score }) => ({
      plan,
      outcome: outcomeText(status, score),
    })),
    code: { made: made.code, ran: known.ran },
  });
  const outcome = await vet(run, id, first.plan, vetting(first));
  if (outcome.do === "run") return first;
  const more =
    outcome.do === "carry-out"
      ? { refused: [], carryOut: outcome.plan }
      : { refused: [outcome.words], carryOut: null };
  const again = await askChange(run, `${id}/again`, base, { ...known, ...more }, attempts);
  if (again instanceof NoAnswer) return { ...first, isRefused: true };
  if (outcome.do === "carry-out") return again;
  const second = await vet(run, id, again.plan, vetting(again), "vetted-2");
  return second.do === "ask-again" ? { ...again, isRefused: true } : again;
}

async function askChange(
  run: Run,
  id: string,
  base: Evaluated,
  {
    at,
    variants,
    earlier,
    others,
    idle,
    weak,
    surrogateImportance,
    tracks,
    history,
    ...told
  }: Known,
  attempts: number,
): Promise<Made | NoAnswer> {
  const { code, track, id: solution } = base.solution;
  const blocks = run.python.blocks(code, run.mode);
  const input = {
    blocks,
    score: base.evaluation.score,
    variants,
    printed: printedBy(run, solution),
    spent: secondsByBlock(run, { id: solution, code }, blocks),
    earlier,
    history,
    feedback: told.feedback ?? null,
    drawn: told.drawn ?? null,
    refused: told.refused ?? [],
    carryOut: told.carryOut ?? null,
    tried: track === null ? [] : triedBefore(run, track, at),
    others,
    weak,
    surrogateImportance,
    tracks,
    idle,
    left: { attempts, seconds: run.budget.secondsLeft() },
  };
  const make = (output: PlannedChange) => makeChange(run, code, blocks, output, idle > 0);
  const reply = await askLooking(run, id, "refiner", input, {
    logs: [solution],
    check: (output) => {
      const made = make(output);
      return "problem" in made ? made.problem : null;
    },
  });
  if (reply instanceof NoAnswer) return reply;
  const made = make(reply);
  return "problem" in made ? new NoAnswer(made.problem) : made;
}

/** The script that a reply makes of the one it was shown, or why it cannot be made. */
function makeChange(
  run: Run,
  code: string,
  blocks: readonly Block[],
  { plan, parts }: PlannedChange,
  mayRewrite: boolean,
): Made | { problem: string } {
  const whole = parts.find(({ place }) => place === "script");
  if (whole !== undefined) {
    if (!mayRewrite) return { problem: "a whole new script is not allowed here; name the blocks" };
    const syntax = syntaxProblem(run, whole.code);
    return syntax === null
      ? { plan, block: "script", code: whole.code, isRefused: false }
      : { problem: syntax };
  }
  const edits: { block: Block; code: string }[] = [];
  for (const { place, code: text } of parts) {
    const block = blockOf(blocks, place, text);
    if (block === undefined) return { problem: `there is no block "${place ?? "without a name"}"` };
    if (block.isProtected) return { problem: `${block.id} is fixed` };
    edits.push({ block, code: text });
  }
  return applyEdits(run, code, plan, edits);
}

/** The block that a part of a reply names, or whose header comment it begins with. */
function blockOf(blocks: readonly Block[], place: string | null, text: string): Block | undefined {
  if (place !== null) return blocks.find(({ id }) => id === place);
  const header = text.trimStart().split("\n")[0] ?? "";
  return header.startsWith("#")
    ? blocks.find((block) => block.text.trimStart().startsWith(`${header}\n`))
    : undefined;
}

/** Last block first, so that the places of those before it stay true. */
function applyEdits(
  run: Run,
  code: string,
  plan: string,
  edits: readonly { block: Block; code: string }[],
): Made | { problem: string } {
  const names = edits.map(({ block }) => block.id);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return { problem: `${twice} is written twice` };
  let changed = code;
  for (const edit of [...edits].sort((a, b) => b.block.start - a.block.start)) {
    const next = run.python.replaceSpan(
      changed,
      edit.block,
      keepHeader(edit.block.text, edit.code),
    );
    if (typeof next !== "string") return next;
    changed = next;
  }
  if (changed === code) return { problem: "the reply changes nothing" };
  const block = edits.map((edit) => edit.block.title).join(", ");
  return { plan, block, code: changed, isRefused: false };
}

/** Null where the plan was refused: nothing is run of it. */
async function evaluateChange(
  run: Run,
  id: string,
  base: Evaluated,
  { plan, code, isRefused }: Made,
): Promise<Evaluated | null> {
  if (isRefused) return null;
  const { track, id: parent } = base.solution;
  const solution = { id, code, parent, origin: "refine" as const, track, plan };
  return evaluate(run, solution, base.evaluation.score);
}
