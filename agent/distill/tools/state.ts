import { sha256 } from "../../../runs/sha256.ts";
import type { FinalState } from "./task.ts";

/** A call that was done, with its answer in words; `value`: the answer by the tool's schema. */
export type DoneCall = {
  tool: string;
  arguments: Readonly<Record<string, unknown>>;
  value: unknown;
  text: string;
};

const LOOKS: readonly string[] = ["list_files", "preview", "profile", "run_python", "read_log"];

/** What these calls must leave behind, by what they mean and not by what the tools did: the one is checked by the other. */
export function expectedState(calls: readonly DoneCall[]): FinalState {
  const state = emptyState();
  const codes = new Map<string, string>();
  for (const call of calls) apply(state, codes, call);
  return settled(state);
}

export function emptyState(): FinalState {
  return { scripts: {}, notes: [], attempts: [], isOver: false, looks: [] };
}

/** The hash of what a look showed. */
export function lookOf(tool: string, text: string): string | null {
  return LOOKS.includes(tool) ? sha256(`${tool}\n${text}`).slice(0, 16) : null;
}

/** The state in the one form by which two are compared. */
export function settled(state: FinalState): FinalState {
  const scripts = Object.entries(state.scripts).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...state,
    scripts: Object.fromEntries(scripts),
    looks: [...new Set(state.looks)].sort(),
  };
}

/** In what a state differs from the one that is right; null: in nothing. Looking at more than was asked does no harm. */
export function stateProblem(right: FinalState, found: FinalState): string | null {
  const differs = (key: "scripts" | "notes" | "attempts" | "isOver"): boolean =>
    JSON.stringify(right[key]) !== JSON.stringify(found[key]);
  if (differs("scripts")) return "other scripts";
  if (differs("attempts")) return "other attempts";
  if (differs("notes")) return "other notes";
  if (differs("isOver")) return found.isOver ? "ended too early" : "not ended";
  return right.looks.every((look) => found.looks.includes(look)) ? null : "not all was looked at";
}

function apply(state: FinalState, codes: Map<string, string>, call: DoneCall): void {
  const { tool, value, text } = call;
  const given = call.arguments;
  const look = lookOf(tool, text);
  if (look !== null) state.looks.push(look);
  const script = String(given.script);
  switch (tool) {
    case "write_script":
      state.scripts[script] = String(given.code);
      return;
    case "edit_block":
      state.scripts[script] = replaced(state.scripts[script] ?? "", given);
      return;
    case "score": {
      const { solution, status } = value as { solution: string; status: string };
      const code = state.scripts[script] ?? "";
      codes.set(solution, code);
      state.attempts.push({ code, status });
      return;
    }
    case "ablate": {
      const base = codes.get(String(given.solution)) ?? "";
      const { variants } = value as { variants: { status: string }[] };
      for (const [index, variant] of (given.variants as Record<string, unknown>[]).entries()) {
        const status = variants[index]?.status ?? "not tried";
        state.attempts.push({ code: replaced(base, variant), status });
      }
      return;
    }
    case "remember":
      note(state, String(given.kind), String(given.text));
      return;
    case "submit":
      if (typeof given.note === "string" && given.note !== "") note(state, "fact", given.note);
      state.isOver = true;
  }
}

/** Of plan and problem only the last one stays. */
function note(state: FinalState, kind: string, text: string): void {
  state.notes = [
    ...state.notes.filter((each) => kind === "fact" || each.kind !== kind),
    { kind, text },
  ];
}

function replaced(code: string, given: Readonly<Record<string, unknown>>): string {
  return code.replace(String(given.old), () => String(given.new));
}
