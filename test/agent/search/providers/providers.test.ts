import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { arxiv } from "../../../../agent/search/providers/arxiv.ts";
import { brave } from "../../../../agent/search/providers/brave.ts";
import { duckduckgo } from "../../../../agent/search/providers/duckduckgo.ts";
import { exa } from "../../../../agent/search/providers/exa.ts";
import { githubCode } from "../../../../agent/search/providers/github-code.ts";
import { huggingface } from "../../../../agent/search/providers/huggingface.ts";
import { kaggle } from "../../../../agent/search/providers/kaggle.ts";
import type { Found, Provider } from "../../../../agent/search/providers/provider.ts";
import { ProviderFailed } from "../../../../agent/search/providers/provider.ts";
import { searxng } from "../../../../agent/search/providers/searxng.ts";
import { serpapi } from "../../../../agent/search/providers/serpapi.ts";
import { tavily } from "../../../../agent/search/providers/tavily.ts";
import { type Handler, openWeb } from "../../../fakes/web.ts";
import * as shapes from "./shapes.ts";

type Case = {
  make: (url: string) => Provider;
  path: string;
  good: string;
  empty: string;
  /** What the good answer is read as. */
  first: Partial<Found>;
  /** How its key travels. */
  key: (request: IncomingMessage) => unknown;
};

const noPace = async (): Promise<void> => undefined;
const query = (request: IncomingMessage, name: string) =>
  new URL(request.url ?? "/", "http://x").searchParams.get(name);

const cases: Record<string, Case> = {
  tavily: {
    make: (url) => tavily("k-1", url),
    path: "/search",
    good: shapes.tavily,
    empty: `{"query":"q","results":[],"response_time":0.3}`,
    first: { title: "Gradient boosting on tables", url: "https://example.org/gbdt" },
    key: ({ headers }) => headers.authorization === "Bearer k-1",
  },
  brave: {
    make: (url) => brave("k-1", url),
    path: "/res/v1/web/search",
    good: shapes.brave,
    empty: `{"type":"search","query":{"original":"q"}}`,
    first: { title: "LightGBM in practice", snippet: "Fast trees for <b>tables</b>." },
    key: ({ headers }) => headers["x-subscription-token"] === "k-1",
  },
  exa: {
    make: (url) => exa("k-1", url),
    path: "/search",
    good: shapes.exa,
    empty: `{"requestId":"r","results":[]}`,
    first: { url: "https://example.org/tabular", text: "TabM is an ensemble of MLPs." },
    key: ({ headers }) => headers["x-api-key"] === "k-1",
  },
  serpapi: {
    make: (url) => serpapi("k-1", url),
    path: "/search.json",
    good: shapes.serpapi,
    empty: `{"error":"Google hasn't returned any results for this query."}`,
    first: { title: "CatBoost", url: "https://catboost.ai/" },
    key: (request) => query(request, "api_key") === "k-1",
  },
  searxng: {
    make: (url) => searxng(url),
    path: "/search",
    good: shapes.searxng,
    empty: `{"query":"q","results":[],"unresponsive_engines":[]}`,
    first: { title: "XGBoost docs", url: "https://xgboost.readthedocs.io/" },
    key: (request) => query(request, "format") === "json",
  },
  duckduckgo: {
    make: (url) => duckduckgo(url),
    path: "/html/",
    good: shapes.duckduckgo,
    empty: shapes.duckduckgoNothing,
    first: { title: "Tabular models", url: "https://example.org/a?b=c" },
    key: ({ method }) => method === "POST",
  },
  huggingface: {
    make: (url) => huggingface("k-1", url),
    path: "/api/models",
    good: shapes.huggingface,
    empty: "[]",
    first: { title: "google/vit-base-patch16-224" },
    key: ({ headers }) => headers.authorization === "Bearer k-1",
  },
  arxiv: {
    make: (url) => arxiv(url, noPace),
    path: "/api/query",
    good: shapes.arxiv,
    empty: `<feed xmlns="http://www.w3.org/2005/Atom"><title>ArXiv Query</title></feed>`,
    first: { title: "Deep learning on a table", url: "https://arxiv.org/abs/2106.11959v5" },
    key: (request) => query(request, "search_query")?.includes("all:tabular"),
  },
  github: {
    make: (url) => githubCode("k-1", url),
    path: "/search/code",
    good: shapes.github,
    empty: `{"total_count":0,"incomplete_results":false,"items":[]}`,
    first: { title: "some/repo: train.py" },
    key: ({ headers }) => headers.authorization === "Bearer k-1",
  },
  kaggle: {
    make: (url) => kaggle("me", "k-1", url),
    path: "/api/v1/kernels/list",
    good: shapes.kaggleList,
    empty: "[]",
    first: { url: "https://www.kaggle.com/code/someone/a-baseline", text: "print('baseline')" },
    key: ({ headers }) =>
      headers.authorization === `Basic ${Buffer.from("me:k-1").toString("base64")}`,
  },
};

const pulled: Handler = (_, response) => response.end(shapes.kagglePull);

/** Asks a provider before a server of its own; `asked` gets the requests that reached it. */
async function ask(name: string, handler: Handler, asked: string[] = []) {
  const { make, path } = cases[name] as Case;
  await using web = await openWeb({ [path]: handler, "/api/v1/kernels/pull": pulled });
  const question = { text: "tabular classification", modality: "tabular", limit: 5 };
  try {
    return await make(web.url).find(question, new AbortController().signal);
  } finally {
    asked.push(...web.asked);
  }
}

const says = (status: number, body: string, headers = {}): Handler => {
  return (_, response) => response.writeHead(status, headers).end(body);
};

async function failureOf(promise: Promise<unknown>): Promise<ProviderFailed> {
  const error = await promise.then(
    () => new Error("it answered"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderFailed);
  return error as ProviderFailed;
}

const names = Object.keys(cases);

test.each(names)("%s: a good answer is read, its key sent where it wants it", async (name) => {
  let isKeyed: unknown = null;
  const each = cases[name] as Case;
  const found = await ask(name, (request, response) => {
    isKeyed = each.key(request);
    response.end(each.good);
  });
  expect(isKeyed).toBe(true);
  expect(found[0]).toMatchObject(each.first);
  for (const { url, title } of found) {
    expect(new URL(url).protocol).toBe("https:");
    expect(title).not.toBe("");
  }
});

test.each(names)("%s: nothing found is no failure", async (name) => {
  expect(await ask(name, says(200, (cases[name] as Case).empty))).toEqual([]);
});

test.each(names)(
  "%s: each refusal has its kind, and only what passes is asked again",
  async (name) => {
    for (const [status, kind] of [
      [401, "key"],
      [403, "key"],
      [400, "rejected"],
    ] as const) {
      const asked: string[] = [];
      const failure = await failureOf(ask(name, says(status, "no"), asked));
      expect(failure.kind).toBe(kind);
      expect(asked).toHaveLength(1);
    }
    // It asks for a longer rest than anyone waits for.
    const busy = await failureOf(ask(name, says(429, "slow down", { "retry-after": "3600" })));
    expect(busy.kind).toBe("quota");
  },
);

test.each(names)("%s: an answer of another shape is told as such", async (name) => {
  for (const body of ["<html>maintenance</html>", `{"unexpected": true}`, ""]) {
    // Brave's and SerpAPI's answers may lack their results when there are none.
    if (body.startsWith("{") && (name === "brave" || name === "serpapi")) continue;
    const failure = await failureOf(ask(name, says(200, body)));
    expect(failure.kind).toBe("malformed");
  }
});

test("a provider that was busy for a moment is asked again when it said", async () => {
  let asked = 0;
  const found = await ask("tavily", (request, response) => {
    asked++;
    if (asked === 1) return says(429, "", { "retry-after": "0" })(request, response);
    if (asked === 2) return says(503, "", { "retry-after": "0" })(request, response);
    response.end(shapes.tavily);
  });
  expect([asked, found.length]).toEqual([3, 2]);
});

test("a connection that breaks three times is unreachable", async () => {
  const asked: string[] = [];
  const failure = await failureOf(ask("brave", (request) => request.socket.destroy(), asked));
  expect(failure.kind).toBe("unreachable");
  expect(asked).toHaveLength(3);
});

test("a challenge page is no answer and no empty one", async () => {
  const failure = await failureOf(ask("duckduckgo", says(202, shapes.duckduckgoChallenge)));
  expect(failure.kind).toBe("challenge");
});

test("a SearXNG without JSON is told how to get it", async () => {
  const failure = await failureOf(ask("searxng", says(403, "Forbidden")));
  expect(failure.message).toContain("search.formats");
});

test("arXiv's errors come as an entry", async () => {
  const failure = await failureOf(ask("arxiv", says(200, shapes.arxivError)));
  expect(failure).toMatchObject({ kind: "rejected", message: "incorrect id format" });
});

test("an aborted search ends as aborted, not as a failure of the provider", async () => {
  await using web = await openWeb({ "/search": () => undefined });
  const stop = new AbortController();
  const asking = tavily("k", web.url).find({ text: "q", modality: "text", limit: 1 }, stop.signal);
  stop.abort(new Error("stopped by the user"));
  await expect(asking).rejects.toThrow("stopped by the user");
});
