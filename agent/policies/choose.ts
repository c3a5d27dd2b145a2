import { abmcts } from "./abmcts.ts";
import { auto } from "./auto.ts";
import { bon } from "./bon.ts";
import { hybrid } from "./hybrid.ts";
import { iad } from "./iad.ts";
import type { Policy } from "./policy.ts";
import type { REFINE_POLICIES } from "./settings.ts";

export type PolicyName = Exclude<(typeof REFINE_POLICIES)[number], "mle-star">;

const policies: Readonly<Record<PolicyName, Policy>> = { bon, iad, hybrid, abmcts, auto };

export function choosePolicy(name: PolicyName): Policy {
  return policies[name];
}
