import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Settings of the kernel that keep user namespaces from ordinary users: the value that forbids, and the way out. */
const OBSTACLES = [
  {
    file: "kernel/unprivileged_userns_clone",
    value: "0",
    why: "this system keeps user namespaces for root: sysctl -w kernel.unprivileged_userns_clone=1",
  },
  {
    file: "user/max_user_namespaces",
    value: "0",
    why: "this system allows no user namespaces: sysctl -w user.max_user_namespaces=15000",
  },
  {
    file: "kernel/apparmor_restrict_unprivileged_userns",
    value: "1",
    why: "AppArmor gives user namespaces only to programs whose profile says so, as Ubuntu does since 23.10: load a profile with `userns,` for bwrap, or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
  },
];

/** Why an ordinary user's bubblewrap may have failed here, and what root can do; null where no setting forbids it. */
export async function namespaceObstacle(settings = "/proc/sys"): Promise<string | null> {
  for (const { file, value, why } of OBSTACLES) {
    // Absent in kernels that have no such setting.
    const text = await readFile(join(settings, file), "utf8").catch(() => "");
    if (text.trim() === value) return why;
  }
  return null;
}
