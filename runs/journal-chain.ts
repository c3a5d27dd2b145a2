import { createHash } from "node:crypto";

const LINK = /^(?<bare>.*),"chain":"(?<link>[0-9a-f]{64})"\}$/su;

/** The link before the first line. */
export const CHAIN_START = "";

/** A journal line that also holds the hash of itself and of the line before it, and that hash. */
export function linkLine(bare: string, before: string): { line: string; link: string } {
  const link = hashOf(bare, before);
  return { line: `${bare.slice(0, -1)},"chain":"${link}"}`, link };
}

/**
 * What breaks the chain of a journal's lines, or null. Lines of a version that did not chain may stand at the
 * beginning; `unchained` counts them.
 */
export function checkChain(text: string): { broken: string | null; unchained: number } {
  let before = CHAIN_START;
  let unchained = 0;
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const { bare, link } = LINK.exec(line)?.groups ?? {};
    if (bare === undefined || link === undefined) {
      if (before !== CHAIN_START) return { broken: `line ${index + 1} has no link`, unchained };
      unchained += 1;
    } else if (hashOf(`${bare}}`, before) === link) {
      before = link;
    } else {
      return { broken: `line ${index + 1} is not what was written there`, unchained };
    }
  }
  return { broken: null, unchained };
}

function hashOf(bare: string, before: string): string {
  return createHash("sha256").update(`${before}\n${bare}`).digest("hex");
}
