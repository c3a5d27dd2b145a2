import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Installs the npm packages of a fresh clone; a no-op once they are there, and in an installed package. */
export function ensureDependencies() {
  if (existsSync(join(root, "node_modules", "tsx")) || !existsSync(join(root, "package-lock.json")))
    return;
  process.stderr.write("mle-star: first start, installing npm packages…\n");
  const result = spawnSync("npm", ["ci", "--ignore-scripts", "--no-progress"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (result.status !== 0) {
    process.stderr.write(
      "mle-star: npm ci failed; check the npm registry and run the command again\n",
    );
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureDependencies();
