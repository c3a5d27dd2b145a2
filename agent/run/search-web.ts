import { stoppedBy } from "../../runs/errors.ts";
import type { EventValue } from "../../runs/events/events.ts";
import { costOf, worstTry } from "../../runs/ledger.ts";
import { sha256 } from "../../runs/sha256.ts";
import { type Angle, anglesOf, traitsOf } from "../search/angles.ts";
import { type Fused, fuse } from "../search/fuse.ts";
import { type Found, type Provider, ProviderFailed } from "../search/providers/provider.ts";
import type { SearchHit } from "../search/search.ts";
import type { PageReader } from "../search/web/read-page.ts";
import { endedBy, GRACE_SECONDS, wasStopped } from "./deadline.ts";
import type { Run } from "./run.ts";

/** Results kept of one question to one provider. */
const RESULTS = 10;
/** Of a page, what a model is shown. */
const EXCERPT = { text: 4000, code: 3000 };

/**
 * Questions from several angles to every provider, their answers fused by rank, the best pages read: what the
 * retriever then sees beside the catalogue. A provider that fails is journaled and left out; it never ends a run.
 */
export async function searchWeb(run: Run): Promise<SearchHit[]> {
  const { providers, maxPages } = run.retrieval.web;
  if (providers.length === 0) return [];
  const angles = anglesOf(traitsOf(run.brief));
  const lists = await Promise.all(providers.map((provider) => askProvider(run, provider, angles)));
  const best = fuse(lists.flat()).slice(0, maxPages);
  const pages = await Promise.all(
    best.map((each, index) => readHit(run, `retrieve/page-${index + 1}`, each)),
  );
  return pages.filter((page) => page !== null);
}

type Answered = { provider: string; found: readonly Found[] };

/** One provider's questions, one after the other: most ask for that. After a failure that will not pass, the rest is not asked. */
async function askProvider(
  run: Run,
  provider: Provider,
  angles: readonly Angle[],
): Promise<Answered[]> {
  const lists: Answered[] = [];
  for (const angle of provider.finds === "models" ? angles.slice(0, 1) : angles) {
    const answer = await askOnce(run, `retrieve/${provider.name}/${angle.name}`, provider, angle);
    if (answer === null) break;
    lists.push({ provider: provider.name, found: answer.hits as Found[] });
    if (answer.failure !== null) break;
  }
  return lists;
}

/** One question as a step; null when the budget or the user does not allow it. */
export async function askOnce(run: Run, key: string, provider: Provider, angle: Angle) {
  const usd = provider.usdPerQuery;
  const reservation = await run.budget.reserve(key, { usd, tokens: 0, executions: 0, seconds: 0 });
  if (typeof reservation === "string") return null;
  const { signal } = run;
  let isSent = false;
  try {
    return await run.journal.step("searched", key, async () => {
      if (usd > 0) {
        const sent = { role: "search", model: provider.name, worst: { tokens: 0, usd } };
        await run.journal.record("call-sent", `${key}/sent`, sent);
        isSent = true;
      }
      return endedBy(signal, GRACE_SECONDS.call, () => search(run, provider, angle, signal));
    });
  } catch (error) {
    if (isSent) await recordPaid(run, key, provider, error);
    if (await wasStopped(run, key, signal, error)) return null;
    throw error;
  } finally {
    reservation.release();
  }
}

/** A question that was sent and brought nothing may be billed all the same. */
async function recordPaid(run: Run, key: string, provider: Provider, error: unknown) {
  const why = error instanceof Error ? error.message : String(error);
  const worst = { tokens: 0, usd: provider.usdPerQuery };
  const { estimated: _, ...cost } = costOf([worstTry(provider.name, worst, why)]);
  await run.journal.record("unanswered", `${key}/unanswered`, { role: "search", why, ...cost });
}

async function search(
  run: Run,
  provider: Provider,
  angle: Angle,
  signal: AbortSignal,
): Promise<EventValue<"searched">> {
  const { hygiene } = run.retrieval.web;
  const nothing = { provider: provider.name, query: angle, hits: [], usd: 0, blocked: [] };
  const refusal = hygiene.judgeQuery(angle.text);
  if (refusal !== null)
    return { ...nothing, failure: null, blocked: [{ what: angle.text, why: refusal }] };
  try {
    const found = await provider.find({ ...angle, limit: RESULTS }, signal);
    const judged = found.map((each) => ({ each, why: judge(run, each) }));
    return {
      ...nothing,
      hits: judged.filter(({ why }) => why === null).map(({ each }) => each),
      usd: provider.usdPerQuery,
      failure: null,
      blocked: judged.flatMap(({ each, why }) => (why === null ? [] : [{ what: each.url, why }])),
    };
  } catch (error) {
    if (signal.aborted) throw stoppedBy(signal);
    if (!(error instanceof ProviderFailed)) throw error;
    return { ...nothing, failure: `${error.kind}: ${error.message}` };
  }
}

/** Why a result may not be used: by its address, or by what is shown of it. */
function judge(run: Run, { url, title, snippet, text }: Found): string | null {
  const { hygiene } = run.retrieval.web;
  return hygiene.judgeUrl(url) ?? hygiene.judgePage({ title, text: text ?? snippet });
}

/** The page of a result as a step, read where the provider did not give its text; null when it could not be or may not be used. */
export async function readHit(run: Run, key: string, found: Fused): Promise<SearchHit | null> {
  const value = await readOnce(run, key, found);
  if (value === null || value.text === null) return null;
  const { prose, code } = separate(value.text);
  return {
    title: value.title,
    url: value.url,
    family: "",
    text: prose.slice(0, EXCERPT.text),
    code: code.slice(0, EXCERPT.code),
    library: "",
    cost: "",
    kind: "page",
  };
}

/** Null when the budget or the user does not allow it. */
async function readOnce(run: Run, key: string, found: Fused) {
  const need = { usd: 0, tokens: 0, executions: 0, seconds: 0 };
  const reservation = await run.budget.reserve(key, need);
  if (typeof reservation === "string") return null;
  const { signal } = run;
  try {
    return await run.journal.step("page-read", key, () =>
      endedBy(signal, GRACE_SECONDS.call, () => readPage(run, found, signal)),
    );
  } catch (error) {
    if (await wasStopped(run, key, signal, error)) return null;
    throw error;
  } finally {
    reservation.release();
  }
}

async function readPage(
  run: Run,
  found: Fused,
  signal: AbortSignal,
): Promise<EventValue<"page-read">> {
  const { hygiene, reader } = run.retrieval.web;
  const page =
    found.text === null
      ? await readUntil(reader, found.url, signal)
      : { status: "read" as const, url: found.url, title: found.title, text: found.text };
  if (page.status !== "read" && signal.aborted) throw stoppedBy(signal);
  const facts = { asked: found.url, url: page.url, providers: found.providers, title: found.title };
  if (page.status !== "read")
    return { ...facts, text: null, sha256: null, why: page.why, marked: null };
  const title = page.title === "" ? found.title : page.title;
  const seen = { title, text: page.text };
  const why = hygiene.judgeUrl(page.url) ?? hygiene.judgePage(seen);
  const marked = hygiene.suspects.judgeUrl(page.url) ?? hygiene.suspects.judgePage(seen);
  // What may not be seen is not kept either.
  const text = why === null ? page.text : null;
  return { ...facts, title, text, sha256: sha256(page.text), why, marked };
}

async function readUntil(reader: PageReader, url: string, signal: AbortSignal) {
  try {
    return await reader.read(url, signal);
  } catch (error) {
    throw signal.aborted ? stoppedBy(signal) : error;
  }
}

/** A page's code blocks apart from its words. */
function separate(text: string): { prose: string; code: string } {
  const blocks: string[] = [];
  const prose = text.replaceAll(/^```\n([\s\S]*?)\n```$/gmu, (_, block: string) => {
    blocks.push(block);
    return "";
  });
  return { prose: prose.replaceAll(/\n{3,}/gu, "\n\n").trim(), code: blocks.join("\n\n") };
}
