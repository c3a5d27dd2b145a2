import robotsParser from "robots-parser";
import { decodeText } from "./decode.ts";
import type { Visit } from "./visit.ts";

/** A CommonJS module: what is imported is the function itself, whatever its types say. */
const parseRobots = robotsParser as unknown as typeof robotsParser.default;
const AGENT = "mle-star";
/** Past this, rules are not read (RFC 9309 asks for half a mebibyte at least). */
const MAX_CHARACTERS = 1 << 19;

/** The robots.txt of sites, each read once. */
export function openRobots(get: (url: string) => Promise<Visit>) {
  const known = new Map<string, Promise<(url: string) => boolean>>();
  return {
    /** Whether a page may be read. A site whose robots.txt cannot be read is not read (RFC 9309, 2.3.1.4). */
    async allows(url: URL): Promise<boolean> {
      const rules = known.get(url.origin) ?? readRules(url.origin, get);
      known.set(url.origin, rules);
      return (await rules)(url.href);
    },
  };
}

async function readRules(
  origin: string,
  get: (url: string) => Promise<Visit>,
): Promise<(url: string) => boolean> {
  const address = `${origin}/robots.txt`;
  const visit = await get(address);
  if (visit.status === "gone") return () => visit.code < 500;
  if (visit.status !== "read") return () => false;
  const text = decodeText(visit.bytes, visit.type).slice(0, MAX_CHARACTERS);
  const rules = parseRobots(address, text);
  return (url) => rules.isAllowed(url, AGENT) ?? true;
}
