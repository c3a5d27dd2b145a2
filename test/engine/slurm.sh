#!/bin/bash
# slurm.sh FOLDER  a Slurm of one host in a folder: loopback only, no systemd, no accounting; two made-up GPUs; the
# partition `debug`, `low` whose jobs are requeued for those of `high`, and the host has no more than its cores.
# slurm.sh FOLDER down  stops it. Without a folder: $HOME/.cache/mle-star-engine/slurm.
# A requeued job waits for as long as a credential counts, two minutes by default: here five seconds, the least.
# Prints on standard output the variable to export.  Exit codes: 0 ready, 75 not possible here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
say() { echo "slurm: $*" >&2; }
skip() { say "$*"; exit 75; }
dir=${1:-${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/mle-star-engine}/slurm}
export SLURM_CONF=$dir/slurm.conf PATH=$PATH:/usr/sbin

# The file of an id may be older than the id's new owner.
stop() {
  local pid
  pid=$(cat "$dir/$1.pid" 2>/dev/null) || return 0
  if grep -q "$1" "/proc/$pid/comm" 2>/dev/null; then
    kill "$pid"
    for _ in $(seq 100); do grep -q "$1" "/proc/$pid/comm" 2>/dev/null || break; sleep 0.1; done
  fi
  rm -f "$dir/$1.pid"
}
if [ "${2:-}" = down ]; then
  for name in slurmd slurmctld munged; do stop "$name"; done
  exit 0
fi

if ! command -v slurmctld >/dev/null || ! command -v slurmd >/dev/null || ! command -v sbatch >/dev/null; then
  [ "$(id -u)" = 0 ] || skip "there is none, and only root may install it"
  command -v apt-get >/dev/null || skip "there is none, and no apt-get to install it with"
  "$here/install.sh" slurmctld slurmd slurm-client munge >&2 || skip "it could not be installed"
fi
[ "$(id -u)" = 0 ] || skip "only root may start it"
# Without its file Slurm's commands ask the network for one, for a minute.
if [ -e "$SLURM_CONF" ] && timeout 10 scontrol ping 2>/dev/null | grep -q UP; then echo "export SLURM_CONF=$SLURM_CONF"; exit 0; fi

mkdir -p "$dir"/{state,spool,munge,log}
chmod 700 "$dir/munge"
host=$(hostname -s)
cores=$(nproc)
memory=$(awk '/MemTotal/{print int($2/1024*0.9)}' /proc/meminfo)
port=$((20000 + RANDOM % 10000))
dd if=/dev/urandom of="$dir/munge/key" bs=1 count=1024 status=none
chmod 600 "$dir/munge/key"
munged --force --num-threads=2 --key-file="$dir/munge/key" --socket="$dir/munge.sock" \
  --pid-file="$dir/munged.pid" --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" >&2
cat >"$SLURM_CONF" <<C
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge.sock,cred_expire=5
CryptoType=crypto/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
SlurmctldPort=$port
SlurmdPort=$((port + 1))
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0,bf_interval=1,requeue_delay=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
MpiDefault=none
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=30
InactiveLimit=0
KillWait=2
MinJobAge=${SLURM_MIN_JOB_AGE:-600}
GresTypes=gpu
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores RealMemory=$memory Gres=gpu:2 State=UNKNOWN
PartitionName=debug Nodes=$host Default=YES MaxTime=60 DefMemPerCPU=256 State=UP PriorityTier=2 PreemptMode=OFF
PartitionName=low Nodes=$host MaxTime=60 DefMemPerCPU=256 State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=high Nodes=$host MaxTime=60 DefMemPerCPU=256 State=UP PriorityTier=9 PreemptMode=OFF
C
echo "CgroupAutomount=no" >"$dir/cgroup.conf"
: >"$dir/gres.conf"
for gpu in 0 1; do
  echo "NodeName=$host Name=gpu File=$dir/gpu$gpu" >>"$dir/gres.conf"
  [ -e "$dir/gpu$gpu" ] || mknod "$dir/gpu$gpu" c 1 3
done
slurmctld -c -i >&2
slurmd >&2
for _ in $(seq 200); do
  if sinfo --noheader --format=%T 2>/dev/null | grep -q idle; then
    echo "export SLURM_CONF=$SLURM_CONF"
    exit 0
  fi
  sleep 0.1
done
tail -5 "$dir/log"/*.log >&2
skip "it did not come up (see $dir/log)"
