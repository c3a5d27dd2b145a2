import type { Section, SectionKind } from "./section.ts";

const kinds: readonly SectionKind[] = [
  "settings",
  "tools",
  "read",
  "target",
  "folds",
  "features",
  "model",
  "blend",
  "write",
];
const header = /^# --- (.+?)\r?$/u;

function kindOf(title: string): SectionKind | null {
  const word = title.split(/[:\s]/u)[0] ?? "";
  return kinds.find((kind) => kind === word) ?? null;
}

/** Whether the sections behind need what this one makes, so that it cannot be left out. */
export function isFoundation(title: string): boolean {
  return ["features: columns", "features: pictures", "features: sounds"].includes(title);
}

/** A section as it stands in a script. */
export function sectionText(section: Section): string {
  return `# --- ${section.title}\n${section.code.trim()}\n`;
}

/** Puts sections in the order of their kinds; among equals the given order stays. */
export function composeScript(sections: readonly Section[]): string {
  const ordered = [...sections].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
  return joinSections(ordered);
}

/** Writes sections in the order given. */
export function joinSections(sections: readonly Section[]): string {
  return sections.map(sectionText).join("\n\n");
}

/** The sections of a script in the playbook's form, or null when somebody else wrote it. */
export function parseScript(code: string): Section[] | null {
  const sections: Section[] = [];
  let lines: string[] | null = null;
  for (const line of code.replaceAll("\r\n", "\n").split("\n")) {
    const title = header.exec(line)?.[1]?.trim() ?? null;
    if (title === null) {
      if (lines === null && line.trim() !== "") return null;
      lines?.push(line);
      continue;
    }
    const kind = kindOf(title);
    if (kind === null) return null;
    const opened: string[] = [];
    lines = opened;
    sections.push({
      kind,
      title,
      get code() {
        return opened.join("\n").trim();
      },
    });
  }
  const found = sections.map(({ kind, title, code: text }) => ({ kind, title, code: text }));
  const complete = ["settings", "read", "model", "write"].every((kind) =>
    found.some((section) => section.kind === kind),
  );
  return complete ? found : null;
}

/** The section title of a block that opens with one of the playbook's header lines, else null. */
export function blockTitle(block: { text: string }): string | null {
  const title = header.exec(block.text.trimStart().split("\n")[0] ?? "")?.[1]?.trim() ?? null;
  return title === null || kindOf(title) === null ? null : title;
}

/** The kind of section a block is, or null when somebody else wrote it. */
export function blockKind(block: { text: string }): SectionKind | null {
  const title = blockTitle(block);
  return title === null ? null : kindOf(title);
}
