import type { RoleInputs, RoleName, RoleOutputs } from "../roles/inputs.ts";
import { ask, NoAnswer } from "../run/ask/ask.ts";
import type { Run } from "../run/run.ts";
import { converse, NOTHING_CAME } from "./converse.ts";
import { toolsFor } from "./registry.ts";
import { openScratch } from "./scratch/scratch.ts";

/** What a role is asked for beside its input. */
type Looking<N extends RoleName> = {
  /** Solutions whose logs it may want to read. */
  logs: readonly string[];
  check?: (output: RoleOutputs[N]) => string | null;
  mayBrowse?: boolean;
};

/**
 * Asks a role as `ask` does. Where the run lets that role look (`roleTools`), it may call tools that only look before it
 * answers, within its calls and seconds; its answer is read, and asked for again, as any other.
 */
export async function askLooking<N extends RoleName>(
  run: Run,
  at: string,
  name: N,
  input: RoleInputs[N],
  { logs, check, mayBrowse }: Looking<N>,
): Promise<RoleOutputs[N] | NoAnswer> {
  const { roleTools, roleToolCalls, roleToolSeconds } = run.config;
  if (!roleTools.some((each) => each === name)) return ask(run, at, name, input, check, mayBrowse);
  const place = `${at}/${name}/look`;
  const scratch = openScratch(run, place);
  const hasWeb = run.retrieval.web.providers.length > 0;
  try {
    const { answer, conversation, why } = await converse({
      context: {
        run,
        role: name,
        at: place,
        scratch,
        workspace: { scripts: new Map(), notes: [] },
        seconds: roleToolSeconds,
        scoring: null,
      },
      name,
      input,
      tools: toolsFor("look", { hasWeb }),
      endsByAnswer: true,
      preface: prefaceOf(logs, roleToolCalls, roleToolSeconds),
      most: { calls: roleToolCalls, seconds: roleToolSeconds },
      mayBrowse: mayBrowse ?? run.config.modelSearch,
      isOver: async () => null,
      mayBeAbsent: () => false,
    });
    // Who only calls and never answers is asked once more, without tools.
    if (why === NOTHING_CAME) return await ask(run, at, name, input, check, mayBrowse);
    if (answer === null) return new NoAnswer(why);
    const looked = { conversation: { ...conversation, mayCall: false }, reply: answer };
    return await ask(run, at, name, input, check, mayBrowse, looked);
  } finally {
    await scratch.close();
  }
}

function prefaceOf(logs: readonly string[], calls: number, seconds: number): string {
  const read =
    logs.length === 0 ? "" : ` Logs to read: ${logs.map((id) => JSON.stringify(id)).join(", ")}.`;
  return `# Tools\nBefore you answer you may look with tools: at most ${calls} calls and ${seconds} seconds of them.${read} Call none where nothing depends on it. Then answer in exactly the form asked for above.`;
}
