import { spawn } from "node:child_process";

const openers = new Map([
  ["darwin", "open"],
  ["win32", "explorer"],
]);

/** Opens a folder in the file manager or an address in the browser, if this machine has one; it has been printed already. */
export async function openWithDesktop(target: string): Promise<void> {
  const opener = openers.get(process.platform) ?? "xdg-open";
  const child = spawn(opener, [target], { detached: true, stdio: "ignore" });
  await new Promise<void>((resolve) => {
    child.once("spawn", resolve);
    child.once("error", () => resolve());
  });
  child.unref();
}
