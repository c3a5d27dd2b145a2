#!/bin/sh
# How MLE-bench starts this agent. Its data lies in /home/data; the result must stand in
# $SUBMISSION_DIR/submission.csv, whenever the time is up. Arguments are options of `mle-star run`.
set -u
data=${DATA_DIR:-/home/data}
: "${SUBMISSION_DIR:=/home/submission}" "${LOGS_DIR:=/home/logs}" "${CODE_DIR:=/home/code}" "${AGENT_DIR:=/home/agent}"
limit=${TIME_LIMIT_SECS:-86400}
app=${MLE_STAR_APP:-/opt/mle-star/app}
# Time to finalize in, and for what cannot be foreseen.
soft=$((limit - limit / 50 - 10))
[ "$soft" -gt 60 ] || soft=$limit

export HOME="$AGENT_DIR"
export MLE_STAR_PYTHON="${MLE_STAR_PYTHON:-/opt/mle-star/env/bin/python}"
export MLE_STAR_CACHE="${MLE_STAR_CACHE:-$AGENT_DIR/.cache/mle-star}"
runs=$LOGS_DIR/runs
mkdir -p "$runs" "$MLE_STAR_CACHE"

# By its id a competition has its official metric, whatever its layout, and no page about it is read; a competition that
# is not in the table is read as any folder.
competition=$data
id=${COMPETITION_ID:-}
if [ -n "$id" ] && cut -d, -f1 "$app/tasks/mle-bench/competitions.csv" | grep -qxF -- "$id"; then
  mkdir -p "$MLE_STAR_CACHE/data/$id/prepared"
  ln -sfn "$data" "$MLE_STAR_CACHE/data/$id/prepared/public"
  competition=mle-bench:$id
fi

# Copies what stands so far: a move is atomic, so nobody finds half a submission.
publish() {
  for latest in "$runs"/*/latest; do
    if [ -f "$latest/submission.csv" ]; then
      cp "$latest/submission.csv" "$SUBMISSION_DIR/.submission.csv" \
        && mv "$SUBMISSION_DIR/.submission.csv" "$SUBMISSION_DIR/submission.csv"
    fi
    if [ -f "$latest/solution.py" ]; then cp "$latest/solution.py" "$CODE_DIR/solution.py"; fi
    if [ -d "$latest/solution" ]; then cp -R "$latest/solution" "$CODE_DIR/"; fi
  done
}

cd "$AGENT_DIR" || exit 1
# Without a container engine inside this container its scripts run as processes of it.
mle-star run "$competition" --data-dir "$MLE_STAR_CACHE/data" --benchmark --sandbox process --runs-dir "$runs" \
  --time-limit "$soft" "$@" &
agent=$!
# The first signal lets it finalize; MLE-bench itself sends none.
trap 'kill -INT "$agent" 2>/dev/null' INT TERM
deadline=$(($(date +%s) + limit))
while kill -0 "$agent" 2>/dev/null; do
  publish
  [ "$(date +%s)" -lt "$deadline" ] || kill -KILL "$agent" 2>/dev/null
  sleep 5 &
  wait $! || true
done
wait "$agent"
code=$?
publish
# Once, when nothing can follow from it any more: for whoever reads the log.
node "$app/sandbox/agent-image/validate.mjs" "$SUBMISSION_DIR/submission.csv"
exit "$code"
