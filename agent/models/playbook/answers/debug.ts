import type { RoleInputs } from "../../../roles/inputs.ts";
import { recipeSection } from "../first-script.ts";
import { recipeOf } from "../library.ts";
import { isFoundation, joinSections, parseScript } from "../script.ts";
import type { Section } from "../section.ts";
import { type Context, citationLine, fenced } from "./context.ts";
import { repairForeign } from "./repair-foreign.ts";
import { safeScript } from "./write.ts";

type Failure = RoleInputs["debugger"];

/** The section that the last line number of a traceback lies in. */
function guilty(sections: readonly Section[], failure: Failure): number {
  const places = [...failure.error.matchAll(/line (\d+)/gu)].map((match) => Number(match[1]));
  const lines = failure.code.replaceAll("\r\n", "\n").split("\n");
  for (const place of places.reverse()) {
    const above = lines.slice(0, place).filter((line) => line.startsWith("# --- ")).length - 1;
    const kind = sections[above]?.kind;
    if (place <= lines.length && kind !== undefined && ["features", "model"].includes(kind)) {
      return above;
    }
  }
  return -1;
}

function without(sections: readonly Section[], at: number, context: Context): Section[] | null {
  const found = sections[at];
  if (found === undefined || isFoundation(found.title)) return null;
  const models = sections.filter((each) => each.kind === "model" && each.code !== "pass");
  if (found.kind === "model" && models.length < 2) {
    const plain = recipeOf(
      found.title.includes("hist-gradient-boosting") ? "random-forest" : "hist-gradient-boosting",
    );
    if (plain === null) return null;
    return sections.map((each, index) =>
      index === at ? recipeSection(plain, context.fragments) : each,
    );
  }
  return sections.filter((_, index) => index !== at);
}

/** Fewer folds, less time of its own, and only the first model. */
function quicker(sections: readonly Section[], round: number): Section[] {
  const firstModel = sections.findIndex((each) => each.kind === "model");
  return sections
    .filter((each, index) => each.kind !== "model" || index === firstModel || round === 0)
    .map((each) =>
      each.kind === "settings"
        ? {
            ...each,
            code: `${each.code}\nFOLDS = ${round === 0 ? 3 : 2}\nSECONDS = SECONDS / ${round === 0 ? 2 : 4}\nFAST = True`,
          }
        : each,
    );
}

/** Half the training rows a round; the test rows all stay. */
function smaller(sections: readonly Section[], round: number): Section[] {
  const rows = Math.max(2000, Math.floor(40_000 / 2 ** round));
  const cut = `if len(train) > ${rows}:\n    train = train.sample(${rows}, random_state=SEED).sort_index().reset_index(drop=True)`;
  return sections.map((each) =>
    each.kind === "read" ? { ...each, code: `${each.code}\n${cut}` } : each,
  );
}

function repairOurs(
  sections: readonly Section[],
  failure: Failure,
  context: Context,
): string | null {
  if (failure.status === "timed-out") {
    return failure.round >= 2 ? null : joinSections(quicker(sections, failure.round));
  }
  if (failure.status === "out-of-memory" || failure.error.includes("MemoryError")) {
    return failure.round >= 3 ? null : joinSections(smaller(quicker(sections, 0), failure.round));
  }
  const rest = failure.round >= 3 ? null : without(sections, guilty(sections, failure), context);
  return rest === null ? null : joinSections(rest);
}

/** The first repair of earlier runs whose lines stand in the script exactly once, made here too. */
function knownRepair(
  { code, error }: Failure,
  { memories = [] }: Context,
): { code: string; number: number } | null {
  for (const [number, { fix, worth, title }] of memories.entries()) {
    if (fix === null || worth <= 0 || !error.includes(title.split(" ")[0] ?? "")) continue;
    const parts = code.split(fix.removed.join("\n"));
    if (fix.removed.length > 0 && parts.length === 2)
      return { code: parts.join(fix.added.join("\n")), number };
  }
  return null;
}

/** A script that should run where the given one failed: a repair that is known, the smallest change, the plainest script last. */
export function debug(failure: Failure, context: Context): string {
  const known = failure.round > 1 ? null : knownRepair(failure, context);
  if (known !== null) return fenced(known.code) + citationLine(context, [known.number]);
  return repairedReply(failure, context) + citationLine(context, []);
}

function repairedReply(failure: Failure, context: Context): string {
  const sections = parseScript(failure.code);
  const repaired =
    sections === null ? repairForeign(failure) : repairOurs(sections, failure, context);
  if (repaired !== null && repaired !== failure.code) return fenced(repaired);
  return fenced(safeScript(context));
}
