import { expect, test } from "vitest";
import { bookLostCalls } from "../../../../agent/run/ask/lost-calls.ts";
import { costOf, spentOn, worstTry } from "../../../../runs/ledger.ts";
import { memoryJournal } from "../../../fakes/memory-journal.ts";

test("calls that were in flight at a kill are booked once, at their worst case", async () => {
  const journal = memoryJournal();
  const sent = (at: string, usd: number) =>
    journal.append("call-sent", `${at}/sent`, {
      role: "coder",
      model: "big",
      worst: { tokens: 9, usd },
    });
  await sent("a", 1);
  const { estimated: _, ...cost } = costOf([worstTry("big", { tokens: 9, usd: 1 }, "broken")]);
  await journal.append("unanswered", "a/unanswered", { role: "coder", why: "broken", ...cost });
  await sent("b", 2);
  await sent("b", 4);
  await bookLostCalls(journal);
  await bookLostCalls(journal);
  expect(journal.events.filter(({ type }) => type === "unanswered")).toHaveLength(2);
  expect(spentOn(journal.events)).toMatchObject({ usd: 7, tokens: { input: 27 } });
});
