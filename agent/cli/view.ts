import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { UserError } from "../../runs/errors.ts";
import { openWithDesktop } from "./runs/open.ts";

const HIGHEST_PORT = 65_535;

/** `mle-star view [folder]`: a server to look at all runs of a folder, in the browser; it changes nothing. */
export function viewCommand() {
  return new Command("view")
    .description(
      "Look at all runs of a folder in the browser, also while they are at work. Ctrl-C ends it.",
    )
    .argument("[folder]", "folder of the runs", "runs")
    .option("--port <n>", "port to listen on; a free one otherwise", "0")
    .option(
      "--host <address>",
      "address to listen on, for other machines, too: the printed address then holds a token",
    )
    .option("--no-open", "open no browser")
    .option("--json", "print the address as a JSON object")
    .action(async (folder, { port, host = null, open, json }) => {
      const { medalsOf } = await import("./bench/grading.ts");
      const { openViewer } = await import("../../runs/viewer/server.ts");
      const viewer = await openViewer({
        runsDir: resolve(folder),
        port: portOf(port),
        host,
        token: host === null ? null : randomBytes(24).toString("base64url"),
        path: process.env.PATH ?? "",
        medalsOf,
      });
      const ended = new Promise<void>((end) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => end());
      });
      process.stdout.write(
        json === true ? `${JSON.stringify({ url: viewer.url })}\n` : `${viewer.url}\n`,
      );
      const isLooking = process.stdout.isTTY === true && json !== true;
      if (open && isLooking) await openWithDesktop(viewer.url);
      await ended;
      await viewer.close();
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/u.test(text) && port <= HIGHEST_PORT) return port;
  throw new UserError(`--port "${text}" is no port; give a number from 0 to ${HIGHEST_PORT}`);
}
