import type { PlayedTurn, TaskCall, TaskTurn } from "./task.ts";

/** The five kinds of wrong turns of Magnet (arXiv 2503.07826), and what is wrong in another way. */
export const ERROR_KINDS = [
  "nested call missing",
  "short dependency",
  "long dependency",
  "wrong summary",
  "missing function or parameters not seen",
  "other",
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export type TurnError = { turn: number; kind: ErrorKind; tool: string | null };

/** What is wrong in a conversation, turn by turn, against the reference; parameters beyond it do no harm. */
export function judge(reference: readonly TaskTurn[], played: readonly PlayedTurn[]): TurnError[] {
  return reference.flatMap((turn, index) => {
    const found = played[index] ?? { question: turn.question, steps: [], last: "" };
    return errorsOf(turn, found).map((error) => ({ turn: index, ...error }));
  });
}

function errorsOf(turn: TaskTurn, played: PlayedTurn): Omit<TurnError, "turn">[] {
  const made = played.steps.flatMap(({ calls }) => calls);
  if (turn.missing !== null) {
    if (made.length === 0) return [];
    const kind = "missing function or parameters not seen";
    return [{ kind, tool: made[0]?.tool ?? null }];
  }
  const left = [...made];
  const errors = turn.calls.flatMap((call) => {
    const ids = turn.calls.map(({ id }) => id);
    const same = left.filter(({ tool }) => tool === call.tool);
    const wrongs = same.map(({ arguments: given }) => wrongIn(call, given ?? {}, ids));
    const right = same.find((_, place) => wrongs[place] === null) ?? same[0];
    if (right === undefined) {
      const kind = call.nestedIn === null ? ("other" as const) : ("nested call missing" as const);
      return [{ kind, tool: call.tool }];
    }
    left.splice(left.indexOf(right), 1);
    const kind = right.isError ? "other" : null;
    const wrong = wrongIn(call, right.arguments ?? {}, ids) ?? kind;
    return wrong === null ? [] : [{ kind: wrong, tool: call.tool }];
  });
  const isWrongSummary = errors.length === 0 && namesOtherNumbers(played);
  return isWrongSummary ? [{ kind: "wrong summary", tool: null }] : errors;
}

/** What is wrong with the arguments of a call; null: nothing. */
function wrongIn(
  call: TaskCall,
  given: Readonly<Record<string, unknown>>,
  turn: readonly number[],
): ErrorKind | null {
  for (const [name, value] of Object.entries(call.arguments)) {
    if (JSON.stringify(given[name]) === JSON.stringify(value)) continue;
    const source = call.sources.find(({ argument }) => argument === name);
    if (source?.from !== "answer" || source.call === null) return "other";
    return turn.includes(source.call) ? "short dependency" : "long dependency";
  }
  return null;
}

/** Whether the last words of a turn name a number of three digits or more that stands in no answer of it. */
function namesOtherNumbers({ question, steps, last }: PlayedTurn): boolean {
  const known = [question, ...steps.flatMap(({ said, answers }) => [said, answers])].join("\n");
  const numbers = last.match(/-?\d+(?:\.\d+)?/gu) ?? [];
  return numbers.some((each) => each.replace(/\D/gu, "").length >= 3 && !known.includes(each));
}
