import { expect, test } from "vitest";
import { fuse, sameAddress } from "../../../agent/search/fuse.ts";

const page = (url: string, text: string | null = null) => ({ title: url, url, snippet: "", text });

test("a page that several providers found comes before one that a single provider put first", () => {
  const fused = fuse([
    { provider: "a", found: [page("https://x.org/1"), page("https://x.org/2")] },
    { provider: "b", found: [page("https://y.org/3"), page("http://www.x.org/2/", "its text")] },
  ]);
  expect(fused.map(({ url }) => url)).toEqual([
    "https://x.org/2",
    "https://x.org/1",
    "https://y.org/3",
  ]);
  expect(fused[0]).toMatchObject({ providers: ["a", "b"], text: "its text" });
  expect(fused[0]?.score).toBeCloseTo(2 / 62);
});

test("a list that names a page twice counts it once, at its better place", () => {
  const [only] = fuse([
    { provider: "a", found: [page("https://x.org"), page("https://x.org/#b")] },
  ]);
  expect(only?.score).toBeCloseTo(1 / 61);
});

test("one page has one address, however it is written", () => {
  for (const [first, second] of [
    ["https://www.x.org/a/", "http://x.org/a#top"],
    ["https://x.org/a?utm_source=n&b=1", "https://x.org/a?b=1"],
    ["https://arxiv.org/pdf/2106.11959v2.pdf", "http://arxiv.org/abs/2106.11959v5"],
  ] as const)
    expect(sameAddress(first)).toBe(sameAddress(second));
  expect(sameAddress("https://x.org/a?id=1")).not.toBe(sameAddress("https://x.org/a?id=2"));
  expect(sameAddress("no address")).toBe("no address");
});
