const decoration = /^[#\s%=\-*~─━_+]+|[#\s=\-*~─━_+]+$/gu;

/** Whether a comment opens a section: `# --- title`, `# === title`, `# %%`, `# Step 2: title`, `# 3. title`. */
export function isSectionHeader(comment: string): boolean {
  return /^#+\s*(?:%%|[-=*#~─━]{3,}|(?:step|part|section)\s*\d+|\d+[.)]\s)/iu.test(comment.trim());
}

/** What a comment says, without its decoration; empty for a ruler such as `# -----`. */
export function commentTitle(comment: string): string {
  return comment.trim().replace(decoration, "").slice(0, 80);
}
