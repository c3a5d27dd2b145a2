import { resolve } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { UserError } from "../../../../runs/errors.ts";
import { IN_FULL, PROMPTS } from "../../../distill/asked.ts";
import { sift, writeDataSet } from "../../../distill/data-set.ts";
import { SKD_ROLES, type SkdRole, type SkdRow, skdRows } from "../../../distill/skd/skd-rows.ts";
import type { CommandContext } from "../../runs/context.ts";
import { readCalls } from "../calls.ts";
import { dataCommand, devShareOf, madeText } from "../data-options.ts";
import { countOrNone } from "../option-values.ts";

/** Lines of a small edit, added and removed ones; ours. */
const CHANGED_LINES = 20;

/** Rules and brief are the same in every question of a role: a student that knows nothing else needs none of them. */
const FROM_THE_SCRIPT = { brief: false, from: "# Script", ownFrames: false, patch: false };

/** `mle-star distill skd data`: role calls that student and teacher write anew together. */
export function skdDataCommand(context: CommandContext) {
  return dataCommand(
    "make the data set from the journals of runs: questions, answers, what came of them",
    "distill/skd",
  )
    .option("--roles <names>", `whose calls, separated by commas: ${SKD_ROLES.join(", ")}`, roles, [
      "debugger",
    ] as SkdRole[])
    .option(
      "--max-changed-lines <n>",
      "of the coder: lines that an edit may change; none: any number",
      countOrNone,
      CHANGED_LINES,
    )
    .addOption(
      new Option("--prompt <how>", "full, or short: without the brief, from the script on")
        .choices(PROMPTS)
        .default("full" as const),
    )
    .action(async (options) => {
      const { from, out, splits, roles: wanted, license } = options;
      const devShare = devShareOf(options);
      const rules = {
        roles: wanted,
        maxChangedLines: options.maxChangedLines === "none" ? null : options.maxChangedLines,
        asked: options.prompt === "short" ? FROM_THE_SCRIPT : IN_FULL,
      };
      const judged: ReturnType<typeof skdRows> = [];
      const { runsLeftOut, passedOver } = await readCalls(
        { from, splits, devShare },
        context,
        (calls) => void judged.push(...skdRows(calls, { ...rules, licenses: license })),
      );
      const sifted = sift(judged);
      const folder = resolve(context.cwd, out);
      const about = {
        kind: "skd",
        asked: rules.asked,
        options: { ...rules, devShare, licenses: Object.fromEntries([...license].sort()) },
        runsLeftOut,
      };
      const manifest = await writeDataSet(folder, sifted, about);
      const shown = sifted.rows.slice(0, options.show ?? 0) as SkdRow[];
      const made = { folder, ...manifest, passedOver, shown };
      context.write(options.json ? `${JSON.stringify(made)}\n` : madeText(made, rowText));
    });
}

function rowText({ id, split, provenance, parts, ran, privileged }: SkdRow): string {
  return [
    "",
    `${id} (${split})`,
    `by ${provenance.model}, ${provenance.license}; ${ran ? "ran" : "did not run"}`,
    parts[0]?.messages.at(-1)?.content ?? "",
    ...(privileged === null ? [] : [privileged]),
  ].join("\n");
}

function roles(text: string): SkdRole[] {
  const named = text.split(",").map((each) => each.trim());
  const known = SKD_ROLES.filter((each) => named.includes(each));
  const other = named.find((each) => !SKD_ROLES.some((role) => role === each));
  if (other !== undefined)
    throw new UserError(`--roles: expected ${SKD_ROLES.join(", ")}, got ${other}`);
  return known;
}
