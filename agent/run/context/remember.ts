import type { ShownMemory } from "../../../runs/events/memory.ts";
import { isRemembering } from "../../memory/query.ts";
import type { RoleInputs, RoleName } from "../../roles/inputs.ts";
import { citationsIn } from "../../roles/reply/citations.ts";
import type { Run } from "../run.ts";

/** What a role is reminded of at a place, journaled, so that a later session shows it the same. */
export async function remember<N extends RoleName>(
  run: Run,
  at: string,
  name: N,
  input: RoleInputs[N],
): Promise<readonly ShownMemory[]> {
  const { memory } = run;
  if (memory === null || !isRemembering(name)) return [];
  const { shown } = await run.journal.step("memory-shown", `${at}/${name}/memory`, () =>
    memory.recall({ role: name, input: input as RoleInputs[typeof name], at }, run.signal),
  );
  return shown;
}

/** Journals which of the items shown the usable answer cites. */
export async function recordCited(
  run: Run,
  at: string,
  role: RoleName,
  memories: readonly ShownMemory[],
  reply: string,
): Promise<void> {
  if (memories.length === 0) return;
  const shown = memories.map(({ id }) => id);
  const cited = citationsIn(reply, shown.length).flatMap((number) => shown[number] ?? []);
  await run.journal.step("memory-cited", `${at}/${role}/cited`, async () => ({
    role,
    shown,
    cited,
  }));
}
