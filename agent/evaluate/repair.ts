import { createHash } from "node:crypto";
import type { Run } from "../run/run.ts";
import { askOnce, readHit } from "../run/search-web.ts";
import { fuse } from "../search/fuse.ts";
import { versionOf } from "../search/installed.ts";
import type { Found } from "../search/providers/provider.ts";
import type { SearchHit } from "../search/search.ts";
import type { Evaluated } from "../solution.ts";

/** An error that came out of a library: worth a question to the web. */
type LibraryError = { text: string; library: string };

/**
 * What the web says of an error inside of a library: one question and one page for each error, once a run. Errors
 * of the script itself are not searched, and what an error quotes stays here: it may be a row of the data.
 */
export async function searchError(run: Run, failed: Evaluated): Promise<SearchHit[]> {
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
  const key = `error-search/${createHash("sha256").update(question).digest("hex").slice(0, 16)}`;
  return run.slots.once(key, async () => {
    const angle = { name: "error", text: question, modality: "code" };
    const answer = await askOnce(run, key, provider, angle);
    const [best] = fuse([{ provider: provider.name, found: (answer?.hits ?? []) as Found[] }]);
    const page = best === undefined ? null : await readHit(run, `${key}/page`, best);
    return page === null ? [] : [page];
  });
}

const LONGEST = 160;

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
    .slice(0, LONGEST);
  return { text, library };
}
