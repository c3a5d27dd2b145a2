import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const bin = fileURLToPath(new URL("../../../agent/cli/bin.mjs", import.meta.url));

test.each(["--help", "--unknown"])(
  "a command ends as it would when nobody reads what it says: %s",
  async (option) => {
    const read = spawn(process.execPath, [bin, option], { stdio: "ignore" });
    const unread = spawn(process.execPath, [bin, option], { stdio: ["ignore", "pipe", "pipe"] });
    unread.stdout.destroy();
    unread.stderr.destroy();
    const [[code], [same]] = await Promise.all([once(read, "exit"), once(unread, "exit")]);
    expect(same).toBe(code);
  },
  60_000,
);
