import type { Brief } from "../brief.ts";
import type { RoleInputs, RoleName } from "../roles/inputs.ts";
import { modalitiesOf } from "../search/angles.ts";
import { errorOf } from "./error-key.ts";

/** Roles that are reminded of earlier runs, and cite what they went by. */
export const REMEMBERING = ["retriever", "planner", "coder", "refiner", "debugger"] as const;
export type Remembering = (typeof REMEMBERING)[number];

export function isRemembering(name: RoleName): name is Remembering {
  return (REMEMBERING as readonly string[]).includes(name);
}

/** Characters of code or of an error in a query. */
const MAX_PART = 1_500;

/** Characters of what the data are called. */
const MAX_WORDS = 300;

/** What the data are about, in the competition's own words: its title and the names of its columns. */
export function wordsOf({ competition, profile }: Pick<Brief, "competition" | "profile">): string {
  const names = profile.columns.map(({ name }) => name);
  // `x1` and the like say nothing.
  const telling = names.filter((name) => /\p{L}{3}/u.test(name));
  return [competition.title, ...telling].join(" ").slice(0, MAX_WORDS);
}

/**
 * What the memory is asked for: the task, what its data are called, the stage, the block at hand and what an ablation
 * said of it.
 */
export function queryOf<N extends Remembering>(
  role: N,
  input: RoleInputs[N],
  brief: Brief,
): string {
  const { competition, profile } = brief;
  const task = `${competition.type} ${competition.metric.name} ${modalitiesOf(brief).join(" ")} ${sizeOf(profile.trainRows)}`;
  return [task, wordsOf(brief), role, partOf[role](input)].join("\n");
}

const partOf: { [N in Remembering]: (input: RoleInputs[N]) => string } = {
  retriever: ({ hits }) =>
    hits
      .slice(0, 10)
      .map(({ title, family }) => `${title} ${family}`)
      .join("\n"),
  planner: ({ block, history }) =>
    [block.title, cut(block.text), ...history.map(({ plan }) => plan)].join("\n"),
  coder: ({ block, plan }) => [plan, cut(block)].join("\n"),
  refiner: ({ blocks, variants, history }) =>
    [
      ...blocks.map(({ title }) => title),
      ...variants.slice(0, 3).map(({ block, what }) => `${block} ${what}`),
      ...history.map(({ block, plan }) => `${block} ${plan}`),
    ].join("\n"),
  debugger: ({ error, status }) => {
    const { exception, library } = errorOf(error, []);
    return [status, exception, library ?? "", error.slice(-MAX_PART)].join("\n");
  },
};

function cut(text: string): string {
  return text.slice(0, MAX_PART);
}

/** Sizes between which experience carries over badly. */
function sizeOf(rows: number): string {
  return rows < 2_000 ? "small data" : rows > 200_000 ? "large data" : "";
}
