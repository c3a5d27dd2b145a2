import type { Model, Request } from "../../../../models/model.ts";
import { plainRequest } from "../../../../models/plain-request.ts";
import { type Prompt, promptText, type Role, Unreadable } from "../../../../roles/role.ts";
import type { Run } from "../../../../run/run.ts";

const TRIES = 3;
const MAX_TOKENS = 8000;
const NOTHING = { executions: 0, seconds: 0 };

/** Asks who makes the data, until the reply can be used or the tries are spent; every reply is a step of the journal. */
export async function askTeacher<In, Out>(
  run: Run,
  teacher: Model,
  role: Role<In, Out>,
  { at, input }: { at: string; input: In },
): Promise<Out | Unreadable> {
  let output: Out | Unreadable = new Unreadable("it was not asked");
  let parts = role.prompt(input);
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const request = requestOf(run, role, { at: `${at}/${role.name}/${attempt}`, input, parts });
    const reservation = await run.budget.reserve(request.at, {
      ...teacher.worstCase(request),
      ...NOTHING,
    });
    if (typeof reservation === "string") return new Unreadable(`limit reached: ${reservation}`);
    try {
      const { text } = await run.journal.step("answered", request.at, async () => ({
        ...(await teacher.ask(request, run.signal)),
        role: role.name,
        prompt: request.prompt,
        prefixHash: run.prefixHash,
      }));
      output = role.reply.read(text);
    } finally {
      reservation.release();
    }
    if (!(output instanceof Unreadable)) return output;
    parts = { ...parts, rest: `${parts.rest}\n\nYour last reply could not be used: ${output.why}` };
  }
  return output;
}

function requestOf<In, Out>(
  { brief, config, retrieval }: Run,
  role: Role<In, Out>,
  { at, input, parts }: { at: string; input: In; parts: Prompt },
): Request {
  const request = plainRequest({
    at,
    role: role.name,
    brief,
    prompt: promptText(parts),
    parts,
    schema: role.reply.schema,
    input,
    maxOutputTokens: Math.min(MAX_TOKENS, config.maxOutputTokens),
  });
  return { ...request, blockedDomains: retrieval.web.hygiene.blockedDomains };
}
