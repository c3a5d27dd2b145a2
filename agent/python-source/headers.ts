const decoration = /^[#\s%=\-*~─━_+]+|[#\s=\-*~─━_+]+$/gu;

/** Whether a comment opens a section: `# --- title`, `# === title`, `# %%`, `# Step 2: title`, `# 3. title`. */
export function isSectionHeader(comment: string): boolean {
  return /^#+\s*(?:%%|[-=*#~─━]{3,}|(?:step|part|section)\s*\d+|\d+[.)]\s)/iu.test(comment.trim());
}

/** What a comment says, without its decoration; empty for a ruler such as `# -----`. */
export function commentTitle(comment: string): string {
  return comment.trim().replace(decoration, "").slice(0, 80);
}

/**
 * A block's new text under the section header of the old one: a header that a rewrite drops would let the
 * block run into its neighbor, and with a protected neighbor it could never be worked on again.
 */
export function keepHeader(block: string, text: string): string {
  const first = (code: string) =>
    code
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? "";
  const header = first(block);
  if (!isSectionHeader(header) || isSectionHeader(first(text))) return text;
  return `${header}\n${text}`;
}
