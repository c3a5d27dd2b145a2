import type { Repaired } from "../../runs/events/solutions.ts";
import type { SearchHit } from "../search/search.ts";
import type { Status } from "../solution.ts";
import type { RoleInputs } from "./inputs.ts";
import { code as codePart, compose, data } from "./prompt/compose.ts";
import { scoring, WHOLE_SCRIPT } from "./prompt/paragraphs.ts";
import { clip, inline, quoted, section, some } from "./prompt/text.ts";
import { oneCodeBlock } from "./reply/readers.ts";
import type { Role } from "./role.ts";

const advice: Record<Status, string> = {
  unverified: "Nothing has scored it yet; make sure that it runs.",
  scored: "It ran; make sure that it still does.",
  failed:
    "Find the cause, not the symptom: the last line of the traceback names the error, the frames above it the place.",
  "timed-out":
    "It ran out of time. Make it faster where the time goes: fewer folds, trees or epochs, early stopping, vectorised code, fewer columns; aim at half the limit.",
  "out-of-memory":
    "It ran out of memory. Use smaller types, sparse matrices, batches; free what is no longer needed; start fewer workers.",
  "invalid-submission":
    "It ran, but its submission was refused. Mend exactly what the reason names: columns, ids, rows, missing or impossible values.",
  leaky: "It was refused for what it reads or does. Remove exactly that and keep the rest.",
};

const KEEP_SCORE_LINE =
  "- It must go on printing `Final Validation Performance: <number>` from its validation rows, and read and write the same files.";

const FRESH =
  "Two corrections and more left the same failure. Drop what fails: write the script anew for what it is to do, in another and simpler way, with the same headers, input and output.";

function repairText({ error, removed, added }: Repaired): string {
  const lines = [...removed.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
  return [inline(error, 300), ...lines].join("\n");
}

function referenceText({ title, url, text, code }: SearchHit): string {
  const head = `title: ${inline(title, 200)}\nurl: ${inline(url, 500)}`;
  return `${head}\n${clip(text, 2000)}${code === "" ? "" : `\nexample:\n${clip(code, 1500)}`}`;
}

/** A_debugger: the whole script, corrected. */
export const debuggerRole: Role<RoleInputs["debugger"], string> = {
  name: "debugger",
  prompt: ({ code, plan, worked, status, error, round, mode, references, ...known }) =>
    compose("debugger", {
      rules:
        section("Task", "Correct the script below, which did not do its job.") +
        section(
          "Rules",
          `- The smallest change that mends it. Keep the model, the features, any subsampling (where time or memory ran out: less of what costs most) and the \`# --- \` headers.
- Do not hide the error: no try/except around it, no invented data, no exit(). Use only installed packages.
${mode === "referee" ? scoring(mode) : KEEP_SCORE_LINE}`,
        ) +
        section("Answer", WHOLE_SCRIPT),
      now: [
        codePart("Script", code),
        section("What it is to do", plan === null ? null : quoted(clip(plan, 2000))),
        codePart("The version before, which ran", worked),
        data(`What happened: ${status.replaceAll("-", " ")}`, error, 6000),
        data(
          "Found on the web about this error",
          references.length === 0 ? null : some(references, 2, referenceText).join("\n\n"),
          6000,
        ),
        data(
          "Mended before in this run, after an error of the same kind",
          known.repairs.length === 0 ? null : known.repairs.map(repairText).join("\n\n"),
          6000,
        ),
        section("What to do", known.isFresh ? FRESH : advice[status]),
        section(
          "Earlier corrections",
          round <= 1
            ? null
            : `This is correction ${round}: the ones before did not suffice. Look for another cause, or do the failing part in a simpler way.`,
        ),
      ],
    }),
  reply: oneCodeBlock,
};
