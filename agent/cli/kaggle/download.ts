import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../../../runs/errors.ts";
import type { Environment } from "../environment.ts";
import type { GivenWords } from "../given.ts";
import { initialize, programContext } from "../init.ts";
import { lastLine, runClient } from "../open/python-client.ts";
import { kaggleCommand, mustHaveCredentials, rulesOf, wantsRules } from "./client.ts";

/** How a competition on Kaggle is named: `kaggle:titanic`. */
export const KAGGLE = "kaggle:";

/** Where the data of a competition from Kaggle are kept. */
export function kaggleFolder({ cacheDir }: Pick<Environment, "cacheDir">, slug: string): string {
  return join(cacheDir, "kaggle", slug);
}

type Asked = {
  environment: Environment;
  given: GivenWords;
  kaggle: string | undefined;
  report: (line: string) => void;
};

/**
 * The folder of a competition from Kaggle: downloaded by Kaggle's own client and made a competition by `init`, once.
 * Throws `UserError` with the address where its rules are not accepted yet.
 */
export async function fetchCompetition(slug: string, asked: Asked): Promise<string> {
  if (!/^[a-z0-9][a-z0-9-]*$/u.test(slug))
    throw new UserError(`kaggle:${slug}: a competition is named as in its address, kaggle:titanic`);
  const folder = kaggleFolder(asked.environment, slug);
  if ((await readdir(folder).catch(() => [])).length === 0) await download(slug, folder, asked);
  if (!existsSync(join(folder, "task.yaml"))) {
    const { inferred, open } = await initialize(
      folder,
      { ...asked.given, yes: true },
      programContext(),
    );
    for (const note of inferred.notes) asked.report(`init: ${note}`);
    for (const { question, guess } of open) asked.report(`init: ${question} ${guess}`);
  }
  return folder;
}

async function download(slug: string, folder: string, asked: Asked): Promise<void> {
  const { environment, kaggle, report } = asked;
  mustHaveCredentials(environment);
  const command = await kaggleCommand(kaggle, environment, report);
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  report(`downloading ${slug} from Kaggle`);
  const args = ["competitions", "download", slug, "-p", part, "-q", "--unzip"];
  const { code, said } = await runClient(command, args);
  if (wantsRules(said))
    throw new UserError(`accept the rules of ${slug} at ${rulesOf(slug)}, and repeat the command`);
  if (code !== 0) throw new UserError(`${slug} could not be downloaded: ${lastLine(said)}`);
  if ((await readdir(part)).length === 0) throw new UserError(`${slug}: Kaggle sent no files`);
  await mkdir(dirname(folder), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await rename(part, folder);
}
