#!/bin/sh
# A run that can be resumed: `fake-job.sh <folder> <exit code> <seconds of a step>`. It works in steps, goes on where it was, finishes once,
# and notes where another process of the same run was at work beside it.
dir=$1
mkdir -p "$dir"
[ -e "$dir/finished" ] && exit 0
other=$(cat "$dir/at-work" 2>/dev/null)
if [ -n "$other" ] && [ "$other" != $$ ] && tr '\0' ' ' <"/proc/$other/cmdline" 2>/dev/null | grep -qF "$dir"; then
  echo "$other beside $$" >>"$dir/overlaps"
fi
echo $$ >"$dir/at-work"
for step in 1 2 3 4; do
  [ -e "$dir/step-$step" ] && continue
  sleep "${3:-0.1}"
  : >"$dir/step-$step"
done
[ "${2:-0}" = 0 ] && echo finished >>"$dir/finished"
rm -f "$dir/at-work"
[ "${2:-0}" = 0 ] || echo "error: this job fails with ${2}"
exit "${2:-0}"
