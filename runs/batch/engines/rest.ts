import { setTimeout as sleep } from "node:timers/promises";
import { type Dispatcher, request } from "undici";
import { EngineRefused } from "../../errors.ts";

/** An engine's server that cannot be reached at the moment, or is too busy. */
export class EngineSilent extends EngineRefused {}

export type Method = "GET" | "POST" | "DELETE";
export type Answer = { status: number; text: string };
export type Rest = (method: Method, path: string, body?: object) => Promise<Answer>;

export type RestOptions = {
  /** As messages name it: `Ray at http://…`. */
  who: string;
  base: string;
  headers: Readonly<Record<string, string>>;
  dispatcher?: Dispatcher;
};

const TIMEOUT_MS = 30_000;
/** What a proxy answers for a server that is down, and a server that is asked too much. */
const SILENT = new Set([429, 502, 503, 504]);
/** As long as a list of jobs may be missing (`listing.ts`). */
const PATIENCE_MS = 300_000;
const RETRY_MS = 1_000;

/** Asks an HTTP server with JSON. Not `fetch`: its headers make Ray take it for a browser, and refuse. */
export function restClient({ who, base, headers, dispatcher }: RestOptions): Rest {
  return async (method, path, body) => {
    try {
      const response = await request(`${base}${path}`, {
        method,
        headers: { "content-type": "application/json", accept: "application/json", ...headers },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(dispatcher === undefined ? {} : { dispatcher }),
      });
      const text = await response.body.text();
      const status = response.statusCode;
      if (!SILENT.has(status)) return { status, text };
      throw new EngineSilent(`${who} does not answer: ${status} ${text.trim().slice(0, 200)}`);
    } catch (error) {
      if (error instanceof EngineSilent) throw error;
      throw new EngineSilent(`${who} does not answer: ${reasonOf(error)}`);
    }
  };
}

/** The same question again for a while, where nobody answers; only for what does not matter when it is done twice. */
export function patient(ask: Rest, patienceMs = PATIENCE_MS): Rest {
  return async (method, path, body) => {
    for (const begun = performance.now(); ; await sleep(RETRY_MS)) {
      try {
        return await ask(method, path, body);
      } catch (error) {
        const isOver = performance.now() - begun > patienceMs;
        if (isOver || !(error instanceof EngineSilent)) throw error;
      }
    }
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where each address of a name was tried in vain.
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  return error.message;
}
