import { Interrupted, LimitReached, paidBefore } from "../../runs/errors.ts";
import { costOf, type Reservation } from "../../runs/ledger.ts";
import type { Allowance, Request } from "../models/model.ts";
import { allRoles } from "../roles/all.ts";
import type { RoleInputs, RoleName, RoleOutputs } from "../roles/inputs.ts";
import { inline } from "../roles/prompt/text.ts";
import { type Prompt, promptText, type Role, Unreadable } from "../roles/role.ts";
import type { Run } from "./run.ts";

/** No usable answer: unreadable to the last try, refused, or a limit would be exceeded. A value, not a fault. */
export class NoAnswer {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** Characters that a repeated question quotes of why the last reply could not be used. */
const MAX_REASON = 600;

/**
 * Asks a role and reads its reply; asks again, saying what was unreadable, until it is usable or the tries are
 * spent. `check` adds a reason of the caller's why a readable reply cannot be used; `mayBrowse` lets the
 * retriever's model search by itself.
 */
export async function ask<N extends RoleName>(
  run: Run,
  at: string,
  name: N,
  input: RoleInputs[N],
  check: (output: RoleOutputs[N]) => string | null = () => null,
  mayBrowse = run.config.modelSearch,
): Promise<RoleOutputs[N] | NoAnswer> {
  const role: Role<RoleInputs[N], RoleOutputs[N]> = allRoles[name];
  const first = role.prompt(input);
  let parts = first;
  let why: string | null = null;
  for (let attempt = 1; attempt <= run.config.replyTries; attempt++) {
    const request = requestOf(run, `${at}/${name}/${attempt}`, role, parts, input, mayBrowse);
    const reply = await answer(run, request);
    if (reply instanceof NoAnswer) return reply;
    const output =
      reply.stop === "refusal" ? new Unreadable("it was a refusal") : role.reply.read(reply.text);
    why = output instanceof Unreadable ? output.why : check(output);
    if (why === null && !(output instanceof Unreadable)) return output;
    const cut = reply.stop === "max-tokens" ? " (it was cut at the length limit: be shorter)" : "";
    const repeat = `\n\nYour last reply could not be used: ${inline(why ?? "", MAX_REASON)}${cut}. Answer again, in full.`;
    parts = { ...first, rest: first.rest + repeat };
  }
  return new NoAnswer(`${name}: no usable reply in ${run.config.replyTries} tries: ${why}`);
}

/** Asks the built-in playbook in place of any model, once and outside of every limit: it costs nothing. */
export async function askPlaybook<N extends RoleName>(
  run: Run,
  at: string,
  name: N,
  input: RoleInputs[N],
): Promise<RoleOutputs[N] | NoAnswer> {
  const role: Role<RoleInputs[N], RoleOutputs[N]> = allRoles[name];
  const request = requestOf(run, `${at}/${name}/1`, role, role.prompt(input), input, false);
  const reply = await run.journal.step("answered", request.at, async () => ({
    ...(await run.models.playbook.ask(request, run.signal)),
    role: name,
    prompt: request.prompt,
    prefixHash: run.prefixHash,
  }));
  const output = role.reply.read(reply.text);
  return output instanceof Unreadable ? new NoAnswer(output.why) : output;
}

function requestOf<In, Out>(
  run: Run,
  at: string,
  role: Role<In, Out>,
  parts: Prompt,
  input: In,
  mayBrowse: boolean,
): Request {
  return {
    at,
    role: role.name,
    brief: run.brief,
    prompt: promptText(parts),
    parts,
    schema: role.reply.schema,
    input,
    webSearch: role.name === "retriever" && mayBrowse,
    blockedDomains: run.retrieval.web.hygiene.blockedDomains,
    effort: null,
    maxOutputTokens: run.config.maxOutputTokens,
  };
}

/** One reply of the model that answers for the role here, within the limits. */
async function answer(run: Run, request: Request) {
  const { at, role, prompt } = request;
  const model = run.models.of(role, at);
  const worst = model.worstCase(request);
  const reservation = await run.budget.reserve(at, { ...worst, executions: 0, seconds: 0 });
  if (typeof reservation === "string") return new NoAnswer(`limit reached: ${reservation}`);
  try {
    return await run.journal.step("answered", at, async () => {
      if (run.signal.aborted) throw new Interrupted("stopped by the user");
      const reply = await model.ask(request, run.signal, allowanceOf(reservation));
      return { ...reply, role, prompt, prefixHash: run.prefixHash };
    });
  } catch (error) {
    await recordCost(run, request, error);
    if (error instanceof LimitReached) await run.budget.refuse(at, error.limit);
    if (error instanceof LimitReached || error instanceof Interrupted)
      return new NoAnswer(error.message);
    throw error;
  } finally {
    reservation.release();
  }
}

/** Each further call for the same answer is reserved before it is sent, as the first was. */
function allowanceOf(reservation: Reservation): Allowance {
  return (worst) => reservation.more({ ...worst, executions: 0, seconds: 0 });
}

/** A call that was paid for is in the ledger, also when nothing came of it. */
async function recordCost(run: Run, { at, role }: Request, error: unknown): Promise<void> {
  const paid = paidBefore(error);
  if (paid.length === 0) return;
  const { estimated: _, ...cost } = costOf(paid);
  const why = error instanceof Error ? error.message : String(error);
  await run.journal.record("unanswered", `${at}/unanswered`, { role, why, ...cost });
}
