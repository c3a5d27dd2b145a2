import { clip, section, untrusted } from "../../roles/prompt/text.ts";
import type { Turn } from "./team.ts";

/** Longest answer of another model that a prompt shows, in characters: about 3,000 tokens. */
const MAX_SHOWN = 12_000;

/** Answers of others, numbered and without names: data that gives no orders. */
export function shownAnswers(title: string, texts: readonly string[]): string {
  const shown = texts.map(
    (text, index) => `Answer ${index + 1}. ${untrusted(clip(text, MAX_SHOWN))}`,
  );
  return `\n\n${section(title, shown.join("\n\n"))}`;
}

/** One text of another model under a title. */
export function shownText(title: string, text: string): string {
  return `\n\n${section(title, untrusted(clip(text, MAX_SHOWN)))}`;
}

/** Turns whose answers can be used. */
export function usable(turns: readonly Turn[]): Turn[] {
  return turns.filter(({ problem }) => problem === null);
}

/** What was wrong with the others, for the record. */
export function problemsOf(turns: readonly Turn[]): string {
  const failed = turns.flatMap(({ member, problem }) =>
    problem === null ? [] : [`${member}: ${problem}`],
  );
  return failed.length === 0 ? "" : ` (${failed.join("; ")})`;
}
