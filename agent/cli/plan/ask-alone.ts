import type { Brief } from "../../brief.ts";
import type { Config } from "../../config.ts";
import { plainRequest } from "../../models/plain-request.ts";
import { allRoles } from "../../roles/all.ts";
import type { RoleInputs, RoleName, RoleOutputs } from "../../roles/inputs.ts";
import { promptText, type Role, Unreadable } from "../../roles/role.ts";
import type { ModelRouting } from "../open/model-routing.ts";

/** What calls outside of a run came to. */
export type Spent = { calls: number; tokens: number; usd: number | null };

/** Asks roles of a brief without a run: nothing is journaled, and no limit holds but the number of tries. */
export function openAsking(routing: ModelRouting, brief: Brief, config: Config) {
  const spent: Spent = { calls: 0, tokens: 0, usd: 0 };
  const signal = new AbortController().signal;
  async function askAlone<N extends RoleName>(
    name: N,
    at: string,
    input: RoleInputs[N],
  ): Promise<RoleOutputs[N] | null> {
    const role: Role<RoleInputs[N], RoleOutputs[N]> = allRoles[name];
    const first = role.prompt(input);
    let parts = first;
    for (let attempt = 1; attempt <= config.replyTries; attempt++) {
      const reply = await routing.modelFor(name, at).ask(
        plainRequest({
          at: `${at}/${name}/${attempt}`,
          role: name,
          brief,
          prompt: promptText(parts),
          parts,
          schema: role.reply.schema,
          input,
          maxOutputTokens: config.maxOutputTokens,
        }),
        signal,
        async () => null,
      );
      spent.calls += 1;
      spent.tokens += reply.tokens.input + reply.tokens.output;
      spent.usd = spent.usd === null || reply.usd === null ? null : spent.usd + reply.usd;
      const output = role.reply.read(reply.text);
      if (!(output instanceof Unreadable)) return output;
      parts = {
        ...first,
        rest: `${first.rest}\n\nYour last reply could not be used: ${output.why}`,
      };
    }
    return null;
  }
  return { askAlone, spent };
}
