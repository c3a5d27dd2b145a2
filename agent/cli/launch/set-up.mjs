import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** Installs the npm packages of a fresh clone, or of one whose lock file is newer; a no-op in an installed package. */
export function ensureDependencies() {
  const wanted = modified(join(root, "package-lock.json"));
  // npm writes its own record last, so a half-made folder does not count.
  if (modified(join(root, "node_modules", ".package-lock.json")) >= wanted) return;
  process.stderr.write("mle-star: first start, installing npm packages…\n");
  // Not `npm ci`: it refuses a lock file without the binaries of other platforms, which not every registry has.
  const args = ["install", "--no-save", "--ignore-scripts", "--no-progress"];
  const result = spawnSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) {
    process.stderr.write(
      "mle-star: npm install failed; check the npm registry and run the command again\n",
    );
    process.exit(1);
  }
}

/** When a file was changed, in milliseconds; 0 when there is none. */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureDependencies();
