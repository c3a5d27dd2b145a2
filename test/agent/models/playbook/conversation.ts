import type { Brief } from "../../../../agent/brief.ts";
import { playbookModel } from "../../../../agent/models/playbook/playbook.ts";
import { allRoles } from "../../../../agent/roles/all.ts";
import type { RoleInputs, RoleName, RoleOutputs } from "../../../../agent/roles/inputs.ts";
import { promptText, Unreadable } from "../../../../agent/roles/role.ts";
import { someRequest } from "../../../fakes/request.ts";

/** Asks the playbook a role's question and reads the reply with the role's own reader. */
export async function converse<Name extends RoleName>(
  brief: Brief,
  name: Name,
  input: RoleInputs[Name],
  seed = 7,
): Promise<RoleOutputs[Name]> {
  const model = playbookModel({ seed });
  const request = someRequest({
    role: name,
    brief,
    input,
    prompt: promptText(allRoles[name].prompt(input)),
  });
  const reply = await model.ask(request, new AbortController().signal);
  const read = allRoles[name].reply.read(reply.text);
  if (read instanceof Unreadable) throw new Error(`${name}: ${read.why}\n${reply.text}`);
  return read;
}

/** A first script for a model family. */
export function firstOf(brief: Brief, family: string): Promise<string> {
  const card = { modelName: family, exampleCode: "", family, why: "", sources: [] };
  return converse(brief, "initializer", { card, mode: "referee", others: [] });
}

/** A script with the models of all the given families. */
export async function mergedOf(brief: Brief, families: readonly string[]): Promise<string> {
  let code = await firstOf(brief, families[0] ?? "lightgbm");
  for (const family of families.slice(1)) {
    const reference = { code: await firstOf(brief, family), score: null, seconds: null };
    code = await converse(brief, "merger", {
      base: { code, score: null, seconds: null },
      reference,
      printed: null,
      mode: "referee",
    });
  }
  return code;
}
