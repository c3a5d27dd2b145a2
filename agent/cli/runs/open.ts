import { spawn } from "node:child_process";

const openers = new Map([
  ["darwin", "open"],
  ["win32", "explorer"],
]);

/** Opens a folder in the file manager, if this machine has one; its path has been printed already. */
export async function openFolder(folder: string): Promise<void> {
  const opener = openers.get(process.platform) ?? "xdg-open";
  const child = spawn(opener, [folder], { detached: true, stdio: "ignore" });
  await new Promise<void>((resolve) => {
    child.once("spawn", resolve);
    child.once("error", () => resolve());
  });
  child.unref();
}
