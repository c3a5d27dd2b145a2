# What this script found, in the target's own units, for the average at the end.
if "MEMBERS" not in globals():
    MEMBERS = []
MEMBERS.append((inverse(final_oof), inverse(final)))
