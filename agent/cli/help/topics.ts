import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readEnvironment } from "../environment.ts";
import { table } from "../terminal/table.ts";

/** A topic is sections of the documentation: what is said of it stands there only. */
type Topic = { about: string; sections: readonly (readonly [file: string, heading: string])[] };

export const topics: Readonly<Record<string, Topic>> = {
  scores: {
    about: "how scores are made, and who may see which rows",
    sections: [
      ["scores.md", "From a competition to a score"],
      ["scores.md", "The sealed holdout"],
    ],
  },
  limits: {
    about: "limits of a run, and of a script in it",
    sections: [
      ["running.md", "Limits"],
      ["sandbox.md", "Limits"],
    ],
  },
  layouts: { about: "which files a competition may have", sections: [["layouts.md", "Files"]] },
  "task.yaml": {
    about: "what a competition says of itself",
    sections: [["layouts.md", "task.yaml"]],
  },
  metrics: { about: "the metrics and their names", sections: [["layouts.md", "Metrics"]] },
  settings: { about: "where settings come from, presets", sections: [["running.md", "Settings"]] },
  resume: { about: "pausing, resuming, finishing", sections: [["running.md", "Stop and resume"]] },
  "exit-codes": { about: "what the exit codes mean", sections: [["running.md", "Exit codes"]] },
};

/** The text of a topic, for a terminal. */
export async function topicText({ sections }: Topic): Promise<string> {
  const { root } = readEnvironment();
  const texts = sections.map(async ([file, heading]) => {
    const page = await readFile(join(root, "docs", file), "utf8");
    return `${heading.toUpperCase()}\n\n${asText(sectionOf(page, heading))}\n(docs/${file})`;
  });
  return `${(await Promise.all(texts)).join("\n\n")}\n`;
}

function sectionOf(page: string, heading: string): string {
  const [, after = null] = page.split(`\n## ${heading}\n`);
  if (after === null) throw new Error(`the documentation has no section ${heading}`);
  return after.split(/\n##? /u)[0]?.trim() ?? "";
}

/** Markdown as people read it in a terminal: tables in columns, no marks. */
function asText(markdown: string): string {
  const parts = markdown.split(/\n(?=\|)|(?<=\|)\n(?!\|)/u);
  const lines: string[] = [];
  let rows: string[][] = [];
  const flush = () => {
    if (rows.length > 0) lines.push(...table(rows));
    rows = [];
  };
  for (const line of parts.flatMap((part) => part.split("\n"))) {
    if (/^\|[\s|:-]+\|$/u.test(line)) continue;
    if (line.startsWith("|")) rows.push(cellsOf(line));
    else {
      flush();
      if (!line.startsWith("```")) lines.push(unmarked(line));
    }
  }
  flush();
  return lines.join("\n");
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/u)
    .map((cell) => unmarked(cell.trim()).replaceAll("\\|", "|"));
}

function unmarked(text: string): string {
  return text.replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, "$1").replaceAll(/\*\*|`/gu, "");
}
