/** The trailers are the last paragraph: whatever the body says, it cannot pass for one of them. */
export function commitMessage(
  subject: string,
  body: string | null,
  trailers: Readonly<Record<string, string>>,
): string {
  const lines = factLines(trailers).join("\n");
  const paragraphs = [oneLine(subject) || "solution", oneLine(body ?? ""), lines];
  return `${paragraphs.filter((each) => each !== "").join("\n\n")}\n`;
}

/** One line `Key: value` for each. */
export function factLines(facts: Readonly<Record<string, string>>): string[] {
  return Object.entries(facts).map(
    ([key, value]) => `${key.replace(/[^A-Za-z0-9-]+/gu, "-")}: ${oneLine(value)}`,
  );
}

function oneLine(text: string): string {
  return text.replace(/[\s\0]+/gu, " ").trim();
}
