import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { Fault, UserError } from "../../../runs/errors.ts";
import { writeAtomically } from "../../../runs/record/atomic-file.ts";

/** Names of programs that are Chromium or made from it, and where macOS keeps them. */
const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "brave-browser",
];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** A page of some pages takes a second or two; a start that hangs must not hang us. */
const MAX_SECONDS = 120;

/** What is looked for: the path that programs are found on, and `CHROMIUM`, which names one. */
type Around = { path: string; env: NodeJS.ProcessEnv };

/** Path of a Chromium of this machine. Throws `UserError` where there is none. */
export function findChromium({ path, env }: Around): string {
  const named = env.CHROMIUM ?? "";
  if (named !== "") {
    if (existsSync(named)) return named;
    throw new UserError(`CHROMIUM names ${named}, which is not there`);
  }
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  const places = [
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...PLACES,
  ];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new UserError(
    "--pdf needs Chromium or Chrome, and none is on the PATH: install one, name it in CHROMIUM, or print the HTML file in a browser",
  );
}

/** Prints a page that loads nothing as a PDF file. Throws `Fault` where the browser fails. */
export async function printPdf(chromium: string, html: string, file: string): Promise<number> {
  // Beside the file: a browser in a package of its own may see no other place.
  const scratch = await mkdtemp(join(dirname(file), ".mle-star-pdf-"));
  try {
    const [page, made] = [join(scratch, "page.html"), join(scratch, "page.pdf")];
    await writeFile(page, html);
    const result = await execa(
      chromium,
      [
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        "--no-pdf-header-footer",
        // A profile of its own: one that is open already would only be told to open the page.
        `--user-data-dir=${join(scratch, "profile")}`,
        // Its sandbox refuses root; the page runs no script and loads nothing.
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        `--print-to-pdf=${made}`,
        page,
      ],
      { reject: false, timeout: MAX_SECONDS * 1000, forceKillAfterDelay: 2000, stdin: "ignore" },
    );
    if (result.exitCode !== 0 || !existsSync(made)) {
      const said =
        String(result.stderr ?? "")
          .trim()
          .split("\n")
          .at(-1) ?? "";
      const how = result.timedOut ? `did not end within ${MAX_SECONDS} s` : `failed: ${said}`;
      throw new Fault(`${chromium} ${how}; without --pdf the report is written as HTML`);
    }
    const bytes = await readFile(made);
    await writeAtomically(file, bytes);
    return bytes.length;
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  }
}
