import { type AddressPolicy, publicAddresses } from "./address-policy.ts";
import { decodeText } from "./decode.ts";
import { htmlText } from "./html-text.ts";
import { hostPace, type Pace } from "./pace.ts";
import { openRobots } from "./robots.ts";
import { type JudgeUrl, openVisitor, VISIT_LIMITS, type VisitLimits } from "./visit.ts";

/** A page that was read, or why it was not. Text from strangers: quoted as data wherever it goes. */
export type Page =
  | { status: "read"; url: string; title: string; text: string; cut: boolean }
  | { status: "failed" | "refused"; url: string; why: string };

/** Reads pages of the web for the retriever and the debugger. */
export interface PageReader {
  read(url: string, signal: AbortSignal): Promise<Page>;
  close(): Promise<void>;
}

export type PageReaderOptions = {
  /** Judges each URL before it is requested, redirects included; null: allowed, else the reason. */
  judgeUrl: (url: URL) => string | null;
  addresses?: AddressPolicy;
  pace?: Pace;
  limits?: VisitLimits;
  /** Most characters of a page's text; the rest is cut, and the text says so. */
  maxCharacters?: number;
};

/** About 6,000 tokens. */
const MAX_CHARACTERS = 24_000;
/** A page with less text needs scripts to show its content. */
const MIN_CHARACTERS = 80;

export function openPageReader(options: PageReaderOptions): PageReader {
  const { addresses = publicAddresses, pace = hostPace(), limits = VISIT_LIMITS } = options;
  const visitor = openVisitor(addresses, limits);
  const never = new AbortController().signal;
  const robots = openRobots((url) => visitor.visit(url, async () => null, never));
  const judge: JudgeUrl = async (url, signal) => {
    const refusal = options.judgeUrl(url);
    if (refusal !== null) return refusal;
    if (!(await robots.allows(url))) return "its robots.txt asks not to be read";
    await pace(url.hostname, signal);
    return null;
  };
  return {
    read: async (url, signal) => {
      let last: Page = { status: "failed", url, why: "not tried" };
      for (const address of addressesOf(url)) {
        const visit = await visitor.visit(address, judge, signal);
        last =
          visit.status === "read"
            ? pageOf(visit, options.maxCharacters ?? MAX_CHARACTERS)
            : "code" in visit
              ? { status: "failed", url: visit.url, why: `HTTP ${visit.code}` }
              : visit;
        if (last.status === "read") break;
      }
      return last;
    },
    close: () => visitor.close(),
  };
}

/** Where the text of a page can be read: papers by their HTML or abstract, files of a repository as they are. */
function addressesOf(url: string): string[] {
  const paper = /^https?:\/\/(?:www\.)?arxiv\.org\/pdf\/([\w./-]+?)(?:\.pdf)?$/u.exec(url)?.[1];
  if (paper !== undefined)
    return [`https://arxiv.org/html/${paper}`, `https://arxiv.org/abs/${paper}`];
  const file = /^https:\/\/github\.com\/([^/]+\/[^/]+)\/blob\/(.+)$/u.exec(url);
  return file === null ? [url] : [`https://raw.githubusercontent.com/${file[1]}/${file[2]}`];
}

type ReadVisit = { url: string; type: string; bytes: Buffer };

function pageOf({ url, type, bytes }: ReadVisit, maxCharacters: number): Page {
  const kind = (type.split(";")[0] ?? "").trim().toLowerCase();
  const isHtml = kind === "text/html" || kind === "application/xhtml+xml";
  if (!isHtml && !/^(?:text\/|application\/(?:json|x-ipynb\+json)$)/u.test(kind))
    return { status: "failed", url, why: `its type is ${kind === "" ? "unknown" : kind}, no text` };
  const raw = decodeText(bytes, type);
  const { title, text } = isHtml ? htmlText(raw) : { title: "", text: raw.trim() };
  if (text.length < MIN_CHARACTERS)
    return { status: "failed", url, why: "it has no text without scripts" };
  const cut = text.length > maxCharacters;
  return { status: "read", url, title, text: cut ? cutAtLine(text, maxCharacters) : text, cut };
}

function cutAtLine(text: string, maxCharacters: number): string {
  const head = text.slice(0, maxCharacters);
  const line = head.lastIndexOf("\n");
  const kept = line > maxCharacters / 2 ? head.slice(0, line) : head;
  return `${kept}\n… ${text.length - kept.length} characters left out …`;
}
