/**
 * The loopback server as a program, for end-to-end tests and by hand:
 * `tsx test/fakes/servers/messages-server-program.ts <journal.jsonl> [port]` answers from a recorded run and
 * prints its address, to be given as ANTHROPIC_BASE_URL.
 */
import { readEvents } from "../../../runs/record/journal-lines.ts";
import { recordedAnswers } from "../recorded-answers.ts";
import { startMessagesServer } from "./messages-server.ts";

const [journal, port = "0"] = process.argv.slice(2);
if (journal === undefined) {
  process.stderr.write("usage: messages-server-program.ts <journal.jsonl> [port]\n");
  process.exit(2);
}
const server = await startMessagesServer(recordedAnswers(await readEvents(journal)), Number(port));
process.stdout.write(`${server.url}\n`);
process.on("SIGTERM", () => void server.close().then(() => process.exit(0)));
