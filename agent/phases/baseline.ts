import { evaluate } from "../evaluate/evaluate.ts";
import { allRoles } from "../roles/all.ts";
import { promptText, Unreadable } from "../roles/role.ts";
import type { Run } from "../run/run.ts";
import type { Evaluated } from "../solution.ts";
import { publishFirst } from "./publish.ts";

/** The built-in baseline of the playbook, for a run whose tracks all failed (spec §1 row 7). */
export async function baseline(run: Run): Promise<Evaluated[]> {
  const card = {
    modelName: "built-in baseline",
    exampleCode: "",
    family: "linear",
    why: "every track failed",
    sources: [],
  };
  const input = { card, mode: run.mode };
  const role = allRoles.initialiser;
  const parts = role.prompt(input);
  const request = {
    at: "baseline/initialiser/1",
    role: role.name,
    brief: run.brief,
    prompt: promptText(parts),
    parts,
    schema: null,
    input,
    webSearch: false,
    blockedDomains: [],
    effort: null,
    maxOutputTokens: run.config.maxOutputTokens,
  };
  const reply = await run.journal.step("answered", request.at, async () => ({
    ...(await run.models.playbook.ask(request, run.signal)),
    role: role.name,
    prompt: request.prompt,
    prefixHash: run.prefixHash,
  }));
  const code = role.reply.read(reply.text);
  if (code instanceof Unreadable) return [];
  const draft = {
    id: "baseline",
    code,
    parent: null,
    origin: "init" as const,
    track: null,
    plan: card.modelName,
  };
  const evaluated = await evaluate(run, draft, null);
  if (evaluated === null || evaluated.evaluation.score === null) return [];
  await publishFirst(run, evaluated);
  return [evaluated];
}
