import { section, untrusted } from "../../roles/prompt/text.ts";
import { before, type GraphNode, type GraphShape, levelsOf } from "./graph-shape.ts";
import { problemsOf, shownAnswers, usable } from "./showing.ts";
import { type Decision, type Policy, type Teamwork, type Turn, together } from "./team.ts";

/** What came of a node: the turn of a model, or what running the answers before it showed. */
type Done = { turn: Turn } | { shown: string };

/**
 * The nodes of a graph in topological order, those of a level side by side: each model sees the question and the answers
 * of the nodes before it, and the one that feeds no other answers (Heterogeneous Swarms, arXiv 2502.04510). Where its
 * answer cannot be used, the usable one that is nearest before it is taken.
 */
export const playGraph: Policy = async (work) => {
  const shape = work.settings.graph;
  if (shape === null) throw new Error("a graph without nodes");
  const done = new Map<string, Done>();
  for (const level of levelsOf(shape)) {
    const found = await together(level.map((node) => playNode(work, shape, node, done)));
    for (const [index, each] of found.entries()) {
      const node = level[index];
      if (node !== undefined && each !== null) done.set(node.id, each);
    }
  }
  return decide([...done.values()].flatMap((each) => ("turn" in each ? [each.turn] : [])));
};

/** Nothing where a code node has nothing to run. */
async function playNode(
  work: Teamwork,
  shape: GraphShape,
  node: GraphNode,
  done: ReadonlyMap<string, Done>,
): Promise<Done | null> {
  const sees = before(shape, node.id).flatMap((id) => done.get(id) ?? []);
  const turns = usable(sees.flatMap((each) => ("turn" in each ? [each.turn] : [])));
  if (node.kind !== "model") {
    const shown = await tryAll(work, node.kind, turns);
    return shown === "" ? null : { shown };
  }
  const member = work.members.find(({ id }) => id === node.member);
  if (member === undefined) throw new Error(`no member ${node.member} in the team`);
  const results = sees.flatMap((each) => ("shown" in each ? [each.shown] : []));
  const added = addedTo(
    turns.map(({ text }) => text),
    results,
  );
  return { turn: await work.ask(member, `graph/${node.id}`, { added }) };
}

/** What a node is shown beside the question; nothing where nobody is before it. */
export function addedTo(answers: readonly string[], results: readonly string[]): string {
  if (answers.length + results.length === 0) return "";
  const shown =
    answers.length === 0
      ? "\n\n"
      : shownAnswers("Answers of others to this very question", answers);
  return `${shown}${results.join("")}# Answer the question yourself
Weigh what is shown: take what is right in it, mend or leave what is not. Answer in full, in exactly the form asked for above.\n`;
}

/** What the scripts of these answers did when they were run; the same execution serves both kinds of code nodes. */
async function tryAll(
  { tryOut }: Teamwork,
  kind: "executor" | "referee",
  turns: readonly Turn[],
): Promise<string> {
  const parts: string[] = [];
  for (const turn of turns) {
    const tried = await tryOut(turn);
    if (tried === null) continue;
    const result =
      kind === "referee"
        ? `Its validation score: ${tried.score ?? "none"}.`
        : `${tried.outcome}, ${tried.seconds.toFixed(1)} s. It printed, at the end:\n${untrusted(tried.printed)}`;
    parts.push(`Answer:\n${untrusted(turn.text)}\n${result}`);
  }
  const title =
    kind === "referee" ? "What the referee says of answers" : "What running answers showed";
  return parts.length === 0 ? "" : section(title, parts.join("\n\n"));
}

function decide(turns: readonly Turn[]): Decision {
  const turn = usable(turns).at(-1) ?? null;
  const last = turns.at(-1);
  if (turn === null) return { turn, why: `no answer can be used${problemsOf(turns)}` };
  const node = turn.at.slice(turn.at.lastIndexOf("/") + 1);
  const end = turn === last ? `${node} answered at the end` : `${node} is nearest to the end`;
  return { turn, why: `${end} of ${turns.length} nodes${problemsOf(turns)}` };
}
