import type { ModelTurn, ToolCall } from "../../../../runs/events/tools.ts";
import type { RoleInputs } from "../../../roles/inputs.ts";
import type { Conversation, Exchange, Request } from "../../model.ts";
import { beats, type Context } from "./context.ts";
import { retrieve } from "./retrieve.ts";
import { initialize, merge } from "./write.ts";

/** Families that are tried in one turn at the work, before the two best are merged. */
const CANDIDATES = 3;

/** A script that this conversation has had scored; null: it was not. */
type Tried = { family: string; code: string; solution: string | null; score: number | null };

/**
 * The routine by which the playbook works with tools: look at the columns; write a script for a model family and have
 * it scored, family after family; merge the two best; hand in what stands. What it knows of scores it has from the
 * answers, as any model.
 */
export function work({ conversation, input }: Request, context: Context): ModelTurn {
  if (conversation === null) return said("", []);
  const { handOver } = input as RoleInputs["agent"];
  const known = `${handOver ?? ""}\n${conversation.digest ?? ""}`;
  if (conversation.exchanges.length === 0 && conversation.digest === null)
    return said("First a look at the columns.", [call("profile", {})]);
  const tried = conversation.exchanges.flatMap(triedIn);
  const next = nextFamily(tried, known, context);
  const begun = tried.filter(({ family }) => family !== MERGED).length + countIn(conversation);
  if (next !== null && begun < CANDIDATES) return attempt(next.family, next.code, null);
  const merged = mergeBest(tried, context);
  if (merged !== null) return attempt(MERGED, merged.code, merged.base);
  return said("Nothing worth trying is left.", [call("submit", {})]);
}

const MERGED = "merged";

/** Candidates of earlier turns of this conversation that were left out: the digest names the scripts. */
function countIn({ digest }: Conversation): number {
  const listed = /^Your scripts: (.*?)\. The variables/mu.exec(digest ?? "")?.[1] ?? "none";
  return listed === "none" ? 0 : listed.split(",").length;
}

/** The best family that has not been tried, by this or the model before, with its script. */
function nextFamily(tried: readonly Tried[], known: string, context: Context) {
  const exclude = tried.map(({ family }) => family);
  const asked = { count: 16, spare: 0, hits: [], exclude, tracks: [1] };
  const { cards } = JSON.parse(retrieve(asked, context)) as { cards: { family: string }[] };
  const card = cards.find(({ family }) => !exclude.includes(family) && !known.includes(family));
  if (card === undefined) return null;
  const whole = {
    modelName: card.family,
    exampleCode: "",
    family: card.family,
    why: "",
    sources: [],
  };
  const reply = initialize({ card: whole, mode: "referee", others: [] }, context);
  return { family: card.family, code: unfenced(reply) };
}

/** The two best scripts in one, once; null where there are no two. */
function mergeBest(tried: readonly Tried[], context: Context) {
  if (tried.some(({ family }) => family === MERGED)) return null;
  const scored = tried.filter(({ score }) => score !== null);
  const [best, second] = [...scored].sort((a, b) => (beats(context, a.score, b.score) ? -1 : 1));
  if (best === undefined || second === undefined || best.solution === null) return null;
  const [base, reference] = [timeless(best), timeless(second)];
  const reply = merge({ base, reference, printed: null, mode: "referee" }, context);
  const code = unfenced(reply);
  return code === best.code ? null : { code, base: best.solution };
}

/** The routine does not weigh what a script takes. */
function timeless({ code, score }: Tried) {
  return { code, score, seconds: null };
}

function unfenced(reply: string): string {
  return reply.replace(/^```python\n/u, "").replace(/\n?```\n?$/u, "");
}

/** A script, written and scored in one reply. */
function attempt(family: string, code: string, based_on: string | null): ModelTurn {
  const change = family === MERGED ? "the two best in one" : `a first script with ${family}`;
  const from = based_on === null ? {} : { based_on };
  return said(`Next: ${change}.`, [
    call("write_script", { script: family, code, change, ...from }),
    call("score", { script: family }, 2),
  ]);
}

function call(name: string, given: Record<string, unknown>, place = 1): ToolCall {
  return { id: `call-${place}`, name, arguments: JSON.stringify(given) };
}

function said(text: string, calls: ToolCall[]): ModelTurn {
  return { text, calls, raw: null };
}

/** What an earlier turn tried, and what `score` answered of it. */
function triedIn({ turn, answers }: Exchange): Tried[] {
  const written = turn.calls.find(({ name }) => name === "write_script");
  if (written === undefined) return [];
  const { script = "", code = "" } = JSON.parse(written.arguments) as Record<string, string>;
  const answer = answers.find((each) => each.call.name === "score" && !each.isError);
  const [, solution = null, number = ""] = /^(\S+): (\S+)/u.exec(answer?.text ?? "") ?? [];
  const score = number === "" || !Number.isFinite(Number(number)) ? null : Number(number);
  return [{ family: script, code, solution, score }];
}
