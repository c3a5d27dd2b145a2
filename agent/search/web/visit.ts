import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { Agent, type Dispatcher, request } from "undici";
import { type AddressPolicy, checkUrl, guardedLookup, Refused } from "./address-policy.ts";

/** Limits of one visit. */
export type VisitLimits = {
  /** Wall clock, redirects included. */
  seconds: number;
  /** Bytes of the body, both as sent and as unpacked. */
  maxBytes: number;
  maxRedirects: number;
};

export const VISIT_LIMITS: VisitLimits = { seconds: 20, maxBytes: 4 << 20, maxRedirects: 5 };

/** What a GET of a page brought. `failed` may succeed later, `refused` never will. */
export type Visit =
  | { status: "read"; url: string; type: string; bytes: Buffer }
  | { status: "gone"; url: string; code: number }
  | { status: "failed" | "refused"; url: string; why: string };

/** Judges a URL before it is requested, redirects included; null: allowed, else the reason. */
export type JudgeUrl = (url: URL, signal: AbortSignal) => Promise<string | null>;

const USER_AGENT = "mle-star/0.1 (research agent; reads pages a search found; honors robots.txt)";
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Reads public pages and nothing else: no private address, no endless body, no endless redirect. */
export function openVisitor(policy: AddressPolicy, limits: VisitLimits = VISIT_LIMITS) {
  const timeout = limits.seconds * 1000;
  const agent = new Agent({
    connect: { lookup: guardedLookup(policy), timeout },
    headersTimeout: timeout,
    bodyTimeout: timeout,
    maxHeaderSize: 64 << 10,
  });
  return {
    visit: (url: string, judge: JudgeUrl, signal: AbortSignal): Promise<Visit> =>
      visit({ agent, policy, limits }, url, judge, signal),
    close: () => agent.destroy(),
  };
}

type VisitContext = { agent: Agent; policy: AddressPolicy; limits: VisitLimits };

async function visit(
  context: VisitContext,
  start: string,
  judge: JudgeUrl,
  outer: AbortSignal,
): Promise<Visit> {
  const { limits, policy } = context;
  const deadline = AbortSignal.timeout(limits.seconds * 1000);
  const signal = AbortSignal.any([outer, deadline]);
  let url = start;
  try {
    for (let hop = 0; hop <= limits.maxRedirects; hop++) {
      const target = new URL(url);
      checkUrl(target, policy);
      const refusal = await judge(target, signal);
      if (refusal !== null) return { status: "refused", url, why: refusal };
      const next = await getOnce(context, target, signal);
      if (typeof next !== "string") return next;
      url = new URL(next, target).href;
    }
    return { status: "failed", url, why: `more than ${limits.maxRedirects} redirects` };
  } catch (error) {
    if (outer.aborted) throw error;
    if (deadline.aborted)
      return { status: "failed", url, why: `not read within ${limits.seconds} s` };
    return failure(url, error);
  }
}

function failure(url: string, error: unknown): Visit {
  const reason = error instanceof Error ? error : new Error(String(error));
  const cause = reason.cause instanceof Refused ? reason.cause : reason;
  const status = cause instanceof Refused ? "refused" : "failed";
  return { status, url, why: cause.message };
}

/** One request: the redirect target, or the result. */
async function getOnce(
  { agent, limits }: VisitContext,
  url: URL,
  signal: AbortSignal,
): Promise<Visit | string> {
  const response = await request(url, {
    dispatcher: agent,
    signal,
    headers: {
      "user-agent": USER_AGENT,
      accept: "text/html,application/xhtml+xml,text/plain,text/markdown,application/json;q=0.5",
      "accept-encoding": "gzip, deflate, br",
      "accept-language": "en",
    },
  });
  const { statusCode: code, body } = response;
  const location = headerOf(response, "location");
  if (REDIRECTS.has(code) && location !== null) {
    drop(body);
    return location;
  }
  if (code !== 200) {
    drop(body);
    return { status: "gone", url: url.href, code };
  }
  const type = headerOf(response, "content-type") ?? "";
  const bytes = await readBody(body, headerOf(response, "content-encoding") ?? "", limits.maxBytes);
  return { status: "read", url: url.href, type, bytes };
}

function headerOf({ headers }: Dispatcher.ResponseData, name: string): string | null {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** Ends an unread body; its connection is closed with it. */
function drop(body: Readable): void {
  body.on("error", () => undefined);
  body.destroy();
}

/** The unpacked body, limited after unpacking: a few sent bytes can unpack to a gigabyte. */
async function readBody(body: Readable, encoding: string, maxBytes: number): Promise<Buffer> {
  const unpacked = unpack(body, encoding.trim().toLowerCase());
  const blocks: Buffer[] = [];
  let size = 0;
  try {
    for await (const block of unpacked as AsyncIterable<Buffer>) {
      size += block.length;
      if (size > maxBytes) throw new Refused(`the page is larger than ${maxBytes >> 20} MiB`);
      blocks.push(block);
    }
  } finally {
    drop(body);
    drop(unpacked);
  }
  return Buffer.concat(blocks);
}

function unpack(body: Readable, encoding: string): Readable {
  if (encoding === "" || encoding === "identity") return body;
  const gunzip = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate }[encoding];
  const opened = encoding === "br" ? createBrotliDecompress() : gunzip?.();
  if (opened === undefined) throw new Refused(`the encoding ${encoding} is not read`);
  body.on("error", (error) => opened.destroy(error));
  return body.pipe(opened);
}
