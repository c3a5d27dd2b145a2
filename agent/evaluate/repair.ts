import { sha256 } from "../../runs/sha256.ts";
import { versionOf } from "../installed.ts";
import type { Learners } from "../python-source/learners.ts";
import { NoAnswer } from "../run/ask/ask.ts";
import { knownRepairs, repairsInVain } from "../run/context/repairs.ts";
import type { Run } from "../run/run.ts";
import { askOnce, readHit } from "../run/search-web.ts";
import { fuse } from "../search/fuse.ts";
import type { Found } from "../search/providers/provider.ts";
import type { SearchHit } from "../search/search.ts";
import type { Evaluated, Solution } from "../solution.ts";
import { askLooking } from "../tools/ask-looking.ts";

/** After so many corrections that left the same failure the script is written anew. */
const REPAIRS_IN_VAIN = 2;

/** A_debugger: the script corrected by what was wrong with it; null when there is nothing new to try. */
export async function repair(run: Run, failed: Evaluated, round: number): Promise<string | null> {
  const { solution, evaluation } = failed;
  const { status, reason } = evaluation;
  const references = await searchError(run, failed);
  const parent = solution.parent === null ? null : (run.evaluated.get(solution.parent) ?? null);
  const failure = {
    code: solution.code,
    plan: solution.plan,
    worked: parent?.evaluation.score == null ? null : parent.solution.code,
    status,
    error: reason ?? "",
    round,
    mode: run.mode,
    references,
    repairs: await knownRepairs(run, failed),
    isFresh: repairsInVain(run, failed) >= REPAIRS_IN_VAIN,
  };
  const code = await askLooking(run, solution.id, "debugger", failure, {
    logs: [solution.id],
    check: (text) => syntaxProblem(run, text),
  });
  return code instanceof NoAnswer || code === solution.code ? null : code;
}

/** A repair is the old solution, mended; one that left the model for another is a solution of its own. */
export function revise(
  run: Run,
  lineage: Solution,
  failed: Evaluated,
  code: string,
  round: number,
): Solution {
  const parent = failed.solution.id;
  const replacement = modelReplacement(run, failed.solution.code, code);
  if (replacement === null) return { ...lineage, id: `${lineage.id}/fix-${round}`, code, parent };
  const was = lineage.plan === null ? "" : `; was to be: ${lineage.plan}`;
  const plan = `${replacement.from} → ${replacement.to}${was}`;
  const id = `${lineage.id}/replacement-${round}`;
  return { ...lineage, id, code, parent, origin: "replacement", plan };
}

/** From which model to which other a rewrite of a script went. */
type ModelReplacement = { from: string; to: string };

/**
 * Whether a repair left the model that the script was about for another one: a family of estimators is gone,
 * nothing is trained any more, or data are made up. What is only added is no replacement. Null: it is the same model.
 */
function modelReplacement(run: Run, before: string, after: string): ModelReplacement | null {
  const [was, is] = [run.python.learners(before), run.python.learners(after)];
  const lost = was.families.some((family) => !is.families.includes(family));
  const untrained = was.trainings > 0 && is.trainings === 0;
  const invented = was.inventions === 0 && is.inventions > 0;
  if (!lost && !untrained && !invented) return null;
  const named = nameOf(is);
  return { from: nameOf(was), to: invented ? `${named} on random data` : named };
}

/** A script's model in few words; the planners and the history call it that. */
function nameOf({ families, trainings }: Learners): string {
  if (trainings === 0) return "a constant or fixed rules";
  return families.length === 0 ? "a model of its own" : families.join(" + ");
}

/** What is wrong with a script's syntax, with the line; null when nothing is. */
export function syntaxProblem(run: Run, code: string): string | null {
  const error = run.python.hasSyntaxError(code);
  return error === null ? null : `SyntaxError at line ${error.line}: ${error.text}`;
}

/** An error that came out of a library: worth a question to the web. */
type LibraryError = { text: string; library: string };

/**
 * What the web says of an error inside of a library: one question and one page for each error, once a run. Errors
 * of the script itself are not searched, and what an error quotes stays here: it may be a row of the data.
 */
async function searchError(run: Run, failed: Evaluated): Promise<SearchHit[]> {
  const provider = run.retrieval.web.providers.find(
    ({ finds }) => finds === "pages" || finds === "code",
  );
  const { status, reason } = failed.evaluation;
  const error = status === "failed" ? libraryError(reason ?? "") : null;
  if (provider === undefined || error === null || !run.config.errorSearch) return [];
  const { library, text } = error;
  const version = versionOf(library, run.brief.packages);
  const question = `python ${library} ${version} ${text}`.replaceAll(/\s+/gu, " ").trim();
  // Named by the question, not by who asks first: on a replay that may be another.
  const key = `error-search/${sha256(question).slice(0, 16)}`;
  return run.slots.once(key, async () => {
    const angle = { name: "error", text: question, modality: "code" };
    const answer = await askOnce(run, key, provider, angle);
    const [best] = fuse([{ provider: provider.name, found: (answer?.hits ?? []) as Found[] }]);
    const page = best === undefined ? null : await readHit(run, `${key}/page`, best);
    return page === null ? [] : [page];
  });
}

/** Characters of a question to a search engine. */
const MAX_QUESTION = 160;

/** The last line of a traceback whose innermost frame lies in an installed package, without what it quotes. */
function libraryError(reason: string): LibraryError | null {
  const lines = reason.trimEnd().split("\n");
  const said = lines.findLast((line) => /^[A-Za-z_][\w.]*(?:Error|Exception)\b/u.test(line));
  const frame = lines.findLast((line) => /^\s*File "/u.test(line));
  const library = /(?:site|dist)-packages\/([A-Za-z_]\w*)/u.exec(frame ?? "")?.[1];
  if (said === undefined || library === undefined) return null;
  const text = said
    .replaceAll(/'[^']*'|"[^"]*"|`[^`]*`/gu, " ")
    .replaceAll(/\S*[/\\]\S*/gu, " ")
    .replaceAll(/\d+(?:\.\d+)?/gu, " ")
    .slice(0, MAX_QUESTION);
  return { text, library };
}
