import { expect, test } from "vitest";
import { memberWho, putTo, question, teamOf } from "../../../fakes/team-run.ts";

const fenced = (code: string) => `\`\`\`python\n${code}\n\`\`\``;
const pass = JSON.stringify({ verdict: "pass", problems: "" });

/** Writes a name wrongly until it is told. */
const author = memberWho("author", (prompt) =>
  fenced(prompt.includes("`df` is not defined") ? "train.head()" : "df.head()"),
);
const judge = memberWho("judge", (prompt) =>
  prompt.includes("df.head()")
    ? JSON.stringify({ verdict: "revise", problems: "`df` is not defined" })
    : pass,
);

test("code that another model finds wrong is mended by its author before it costs an execution", async () => {
  const { answer, decided, calls } = await putTo(
    teamOf("review", [author, judge], {}, "coder"),
    question("coder", "?"),
  );
  expect(answer).toMatchObject({ text: fenced("train.head()") });
  expect(decided?.why).toBe("code of author: 1 of 1 judges against it");
  expect(calls.map(({ role }) => role)).toEqual(["coder", "coder/review", "coder"]);
});

test("code that passes is not touched, and with two rounds the revision is judged too", async () => {
  const easy = memberWho("easy", () => pass);
  const passed = await putTo(teamOf("review", [author, easy], {}, "coder"), question("coder", "?"));
  expect(passed.calls).toHaveLength(2);
  const twice = await putTo(
    teamOf("review", [author, judge], { rounds: 2 }, "coder"),
    question("coder", "?"),
  );
  expect(twice.decided?.why).toBe(
    "code of author: 1 of 1 judges against it; 0 of 1 judges against it",
  );
});

test("judges that answer garbage, or one against several, change nothing; the code is the author's always", async () => {
  const garbage = memberWho("garbage", () => "```python\nimport os\n```");
  const spoilt = await putTo(
    teamOf("review", [author, garbage], {}, "coder"),
    question("coder", "?"),
  );
  expect(spoilt.answer).toMatchObject({ text: fenced("df.head()") });
  expect(spoilt.decided?.why).toMatch(/^code of author: 0 of 0 judges against it \(garbage: /u);
  const [easy, mild] = [memberWho("easy", () => pass), memberWho("mild", () => pass)];
  const outvoted = await putTo(
    teamOf("review", [author, judge, easy, mild], {}, "coder"),
    question("coder", "?"),
  );
  expect(outvoted.answer).toMatchObject({ text: fenced("df.head()") });
});

test("where the author writes no code, who else can does", async () => {
  const silent = memberWho("silent", () => "");
  const { answer } = await putTo(
    teamOf("review", [silent, author], {}, "coder"),
    question("coder", "?"),
  );
  expect(answer).toMatchObject({ text: fenced("df.head()") });
});
