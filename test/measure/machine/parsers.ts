import { z } from "zod";
import { codeUnless, data, list, oneCodeBlock, prose } from "../../../agent/roles/reply/readers.ts";
import { htmlText } from "../../../agent/search/web/html-text.ts";
import { now, type Report } from "../timing.ts";

const item = z.object({ a: z.string() });
const readers: Record<string, (text: string) => unknown> = {
  code: oneCodeBlock.read,
  sentence: codeUnless("All the provided information is used.").read,
  prose: prose.read,
  data: data(item).read,
  list: list("cards", item).read,
  page: htmlText,
};
const patterns: Record<string, readonly string[]> = {
  "open brackets": ["", "["],
  "open braces": ["", "{"],
  backticks: ["", "`"],
  fences: ["", "```\n"],
  "fences in fences": ["```markdown\n", "~~~md\n"],
  quotes: ["", '["'],
  commas: ["[", "1, "],
  spaces: ['{"a": ', " "],
  "nested tags": ["", "<div>"],
  "open paragraphs": ["", "<p>"],
  "tags out of order": ["", "<b></p>"],
};

/** Seconds that each reader takes for hostile replies of so many megabytes, and for a tenth of them. */
export async function measureParsers({ megabytes }: { megabytes: number }): Promise<Report> {
  const rows: { text: string; reader: string; seconds: number; growth: number }[] = [];
  for (const [text, [head = "", part = ""]] of Object.entries(patterns))
    for (const [reader, read] of Object.entries(readers)) {
      const short = timeOf(read, head, part, megabytes / 10);
      const seconds = timeOf(read, head, part, megabytes);
      rows.push({ text, reader, seconds, growth: seconds / short });
    }
  return {
    title: `parsers: ${megabytes} MB of one thing`,
    table: [
      ["what", "reader", "seconds", "of a tenth, times"],
      ...rows.map((row) => [row.text, row.reader, row.seconds.toFixed(2), row.growth.toFixed(1)]),
    ],
    notes: ["goal: about 10 times as long for 10 times as much; 100 times would be quadratic"],
    data: rows,
  };
}

function timeOf(
  read: (text: string) => unknown,
  head: string,
  part: string,
  megabytes: number,
): number {
  const text = head + part.repeat(Math.ceil((megabytes * 1e6) / part.length));
  const begun = now();
  read(text);
  return now() - begun;
}
