import { UserError } from "../../../../runs/errors.ts";
import { SELF } from "../../../distill/skd/skd-settings.ts";
import { resolveBase } from "../train/base.ts";

/** Forms of a teacher, for help. */
export const TEACHER_FORMS = `${SELF}, or a model as --base`;

/** Names of models that answer over a network. */
const SERVED = /^(?:https?:\/\/|(?:anthropic|openai|replay)(?::|$)|playbook$|auto$)/u;

/**
 * The folder or GGUF file of the teacher, or `self`. Throws `UserError` for one that gives texts alone: token by token
 * it cannot be followed.
 */
export async function resolveTeacher(
  teacher: string,
  where: { cwd: string; cacheDir: string },
): Promise<string> {
  if (teacher === SELF) return SELF;
  if (SERVED.test(teacher))
    throw new UserError(
      `--teacher ${teacher} gives texts, not the probability of each token: name a model in a folder, or learn from its texts with distill plan or distill reverse`,
    );
  return await resolveBase(teacher.replace(/^local:/u, ""), where);
}
