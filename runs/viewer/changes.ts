import type { Context } from "hono";
import { streamSSE } from "hono/streaming";

/** How often a list is looked at while somebody has it open. */
const LIST_MS = 2000;

/** Sends the rows of a list, and again whenever they have changed, until the page goes. */
export function sendRows(context: Context, rowsOf: () => Promise<unknown>): Response {
  return streamSSE(context, async (stream) => {
    let sent = "";
    while (!stream.aborted && !stream.closed) {
      const rows = String(await rowsOf());
      if (rows !== sent) await stream.writeSSE({ event: "rows", data: JSON.stringify(rows) });
      sent = rows;
      await stream.sleep(LIST_MS);
    }
  });
}
