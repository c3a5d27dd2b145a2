import type { Row } from "../row.ts";
import { plantedBugs } from "./bugs.ts";
import { around, patchOf } from "./patch.ts";
import type { DebugTask } from "./task.ts";

/** What no exception is called in the answer to a probe. */
export const NONE = "none";

/**
 * A counterfactual about a script that runs: had a line been another one, which exception would it raise? Its answer is
 * known by running it. After the counterfactual probes of ExGRPO (ICLR 2026).
 */
export type Probe = { id: string; code: string; question: string };

/** So many probes about the mended script of a task, none of them its own bug. */
export function probesOf(task: DebugTask, count: number): Probe[] {
  const { mended, broken } = task;
  if (mended === null) return [];
  return plantedBugs(mended, `probe ${task.id}`)
    .filter(({ code }) => code !== broken)
    .slice(0, count)
    .flatMap(({ kind, code }) => {
      const patch = patchOf(mended, code);
      if (patch === null) return [];
      const shown = around(mended, patch.removed, 3);
      const question = `These lines of a script run:\n\`\`\`python\n${shown}\n\`\`\`\nHad\n\`\`\`python\n${patch.removed.join("\n")}\n\`\`\`\nbeen\n\`\`\`python\n${patch.added.join("\n")}\n\`\`\`\nwhich exception would it raise? Answer with its class, or ${NONE}.`;
      return [{ id: `${task.id}/probe/${kind.replaceAll(" ", "-")}`, code, question }];
    });
}

/** A probe with the answer that its execution gave. */
export function probeRow(task: DebugTask, probe: Probe, exception: string | null): Row {
  return {
    id: probe.id,
    role: "debugger",
    split: task.split,
    provenance: { ...task.provenance, model: "rules, answered by an execution" },
    parts: [
      {
        name: "probe",
        messages: [
          { role: "user", content: probe.question },
          { role: "assistant", content: exception ?? NONE },
        ],
      },
    ],
    measured: { gain: null, noise: null, planScore: null },
  };
}
