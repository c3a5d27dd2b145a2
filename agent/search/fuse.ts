import type { Found } from "./providers/provider.ts";

/** A page with where it was found: provider and place, best first. */
export type Fused = Found & { providers: string[]; score: number };

/** The usual constant: how little the first places count over the later ones (Cormack et al., SIGIR 2009). */
const K = 60;

/** Reciprocal rank fusion of several lists: the same page counts once, with the sum of 1 / (60 + rank). */
export function fuse(lists: readonly { provider: string; found: readonly Found[] }[]): Fused[] {
  const byAddress = new Map<string, Fused>();
  for (const { provider, found } of lists) {
    const met = new Set<string>();
    for (const [index, each] of found.entries()) {
      const address = sameAddress(each.url);
      if (met.has(address)) continue;
      met.add(address);
      const known = byAddress.get(address);
      byAddress.set(address, {
        ...(known ?? each),
        text: known?.text ?? each.text,
        providers: [...new Set([...(known?.providers ?? []), provider])],
        score: (known?.score ?? 0) + 1 / (K + index + 1),
      });
    }
  }
  // A map keeps the order of first finding, so equal scores keep it too.
  return [...byAddress.values()].sort((a, b) => b.score - a.score);
}

/** One spelling for what is one page: no scheme, `www.`, fragment, tracking words or final slash; papers by their number. */
export function sameAddress(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch (error) {
    if (error instanceof TypeError) return address;
    throw error;
  }
  const paper = /arxiv\.org\/(?:abs|pdf|html)\/([\w.-]+?)(?:v\d+)?(?:\.pdf)?$/u.exec(
    `${url.host}${url.pathname}`,
  )?.[1];
  if (paper !== undefined) return `arxiv:${paper}`;
  for (const name of [...url.searchParams.keys()])
    if (/^(?:utm_\w+|ref|source|fbclid|gclid)$/u.test(name)) url.searchParams.delete(name);
  const query = url.searchParams.toString();
  const path = url.pathname.replace(/\/$/u, "");
  return `${url.host.replace(/^www\./u, "")}${path}${query === "" ? "" : `?${query}`}`;
}
