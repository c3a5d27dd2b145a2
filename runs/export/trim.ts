import type { Event } from "../events/events.ts";

/** Lines of a log that are shown at its head and at its end, and rows of data in any one text. */
const HEAD_LINES = 10;
const TAIL_LINES = 20;
export const MAX_ROWS = 5;

/** Head and end of a log, in it a few rows of data at most. */
export function trimLog(text: string): string {
  return headAndTail(limitRows(text));
}

function headAndTail(text: string): string {
  const lines = text.split("\n");
  const cut = lines.length - HEAD_LINES - TAIL_LINES;
  if (cut <= 0) return text;
  return [
    ...lines.slice(0, HEAD_LINES),
    `[… ${cut} lines left out …]`,
    ...lines.slice(lines.length - TAIL_LINES),
  ].join("\n");
}

/** The text with its first rows of data; the others are counted, not shown. */
export function limitRows(text: string): string {
  let shown = 0;
  let hidden = 0;
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    if (!isRow(line)) kept.push(line);
    else if (shown < MAX_ROWS) {
      shown += 1;
      kept.push(line);
    } else hidden += 1;
  }
  return hidden === 0 ? text : [...kept, `[… ${hidden} rows of data left out …]`].join("\n");
}

/** Three cells and more, of which two are numbers: a row of a table, however it was printed. */
function isRow(line: string): boolean {
  const cells = line.split(/[,;|\t]|\s{2,}/u).filter((cell) => cell.trim() !== "");
  const numbers = cells.filter((cell) =>
    /^\s*["']?[-+]?[\d.:/-]+(?:e[-+]?\d+)?%?["']?\s*$/iu.test(cell),
  );
  return cells.length >= 3 && numbers.length >= 2;
}

/** Fenced texts of a prompt are data; code is not, and stays whole. */
function trimPrompt(prompt: string): string {
  return prompt.replace(
    /(^|\n)(`{3,})text\n([\s\S]*?)\n\2(?=\n|$)/gu,
    (_, before: string, mark: string, data: string) =>
      `${before}${mark}text\n${trimLog(data)}\n${mark}`,
  );
}

/** An event as a stranger may see it: prompts, replies and decisions whole, data and logs in samples. */
export function trimEvent(event: Event): unknown {
  const { value, ...rest } = event;
  switch (event.type) {
    case "run-started":
      return { ...rest, value: { ...event.value, brief: trimBrief(event.value.brief) } };
    case "answered":
      return {
        ...rest,
        value: {
          ...event.value,
          prompt: trimPrompt(event.value.prompt),
          text: limitRows(event.value.text),
        },
      };
    case "executed":
      return { ...rest, value: { ...event.value, log: trimLog(event.value.log) } };
    case "evaluated": {
      const { evaluation } = event.value;
      const reason = evaluation.reason === null ? null : trimLog(evaluation.reason);
      return { ...rest, value: { ...event.value, evaluation: { ...evaluation, reason } } };
    }
    case "searched":
      return { ...rest, value: { ...event.value, hits: [], found: event.value.hits.length } };
    default:
      return { ...rest, value: trimTexts(value) };
  }
}

function trimTexts(value: unknown): unknown {
  if (typeof value === "string") return trimLog(value);
  if (Array.isArray(value)) return value.map(trimTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, trimTexts(each)]));
}

/** Of the brief the examples of cells go; what was measured of the columns stays. */
function trimBrief(brief: unknown): unknown {
  if (typeof brief === "string") return limitRows(withoutExamples(brief));
  if (Array.isArray(brief)) return brief.map(trimBrief);
  if (typeof brief !== "object" || brief === null) return brief;
  return Object.fromEntries(
    Object.entries(brief).map(([name, each]) => [name, name === "examples" ? [] : trimBrief(each)]),
  );
}

function withoutExamples(text: string): string {
  return text.replace(/; e\.g\. .*$/gmu, "; e.g. [left out]");
}
