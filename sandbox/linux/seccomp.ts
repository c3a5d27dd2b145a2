import { endianness } from "node:os";

/** Numbers of a system call on x86-64 and on arm64; null where the architecture has no such call. */
type Numbers = readonly [x64: number, arm64: number | null];

/** What nothing that trains a model needs: other processes, mounts, namespaces, kernel, clocks, keys, machine. */
const DENIED: Record<string, Numbers> = {
  acct: [163, 89],
  add_key: [248, 217],
  bpf: [321, 280],
  chroot: [161, 51],
  clock_adjtime: [305, 266],
  clock_settime: [227, 112],
  create_module: [174, null],
  delete_module: [176, 106],
  fanotify_init: [300, 262],
  finit_module: [313, 273],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  get_kernel_syms: [177, null],
  get_mempolicy: [239, 236],
  init_module: [175, 105],
  inotify_init: [253, null],
  inotify_init1: [294, 26],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  ioperm: [173, null],
  iopl: [172, null],
  kcmp: [312, 272],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  keyctl: [250, 219],
  lookup_dcookie: [212, 18],
  mbind: [237, 235],
  migrate_pages: [256, 238],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  move_pages: [279, 239],
  name_to_handle_at: [303, 264],
  nfsservctl: [180, 42],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  perf_event_open: [298, 241],
  pidfd_getfd: [438, 438],
  pivot_root: [155, 41],
  process_madvise: [440, 440],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  ptrace: [101, 117],
  query_module: [178, null],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  reboot: [169, 142],
  request_key: [249, 218],
  set_mempolicy: [238, 237],
  set_mempolicy_home_node: [450, 450],
  setdomainname: [171, 162],
  sethostname: [170, 161],
  setns: [308, 268],
  settimeofday: [164, 170],
  swapoff: [168, 225],
  swapon: [167, 224],
  sysctl: [156, null],
  sysfs: [139, null],
  syslog: [103, 116],
  umount2: [166, 39],
  unshare: [272, 97],
  uselib: [134, null],
  userfaultfd: [323, 282],
  ustat: [136, null],
  vhangup: [153, 58],
};

/** Tells which pages of a file somebody has read. */
const CACHESTAT: Numbers = [451, 451];
/** Advice, by which pages of a file that all executions share leave memory for everyone. */
const FADVISE: Numbers = [221, 223];
const MADVISE: Numbers = [28, 233];
const PAGE_OUT = 21;
/** A read that tells whether others have read the same before. */
const PREADV2: Numbers = [327, 286];
const ONLY_IF_IN_MEMORY = 8;
const FLOCK: Numbers = [73, 32];
const FCNTL: Numbers = [72, 25];
/** Locks of records, of the process and of the open file: set, and set when free. */
const SET_LOCKS = [6, 7, 37, 38];
/** Leases, and news of changes in a folder. */
const TELL_OF_OTHERS = [1024, 1026];

const CLONE: Numbers = [56, 220];
const CLONE3: Numbers = [435, 435];
const IOCTL: Numbers = [16, 29];
const PERSONALITY: Numbers = [135, 92];
const SOCKET: Numbers = [41, 198];

/** Flags of `clone` that make a namespace: mounts, cgroups, host name, ipc, users, processes, network. */
const NEW_NAMESPACE = 0x7e02_0000;
/** Puts characters into a terminal's input, and what a virtual console does besides. */
const TERMINAL_TRICKS = [0x5412, 0x541c];
/** Linux and its two harmless variants, and the question which one it is. */
const PERSONALITIES = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/** Unix, IPv4, IPv6, netlink: a network namespace holds these; machine sockets and others would get past it. */
const SOCKET_FAMILIES = [1, 2, 10, 16];

const EPERM = 1;
const EINVAL = 22;
const ENOSYS = 38;
/** A lock that nobody else can see is had at once: libraries take some, and no two executions may talk by them. */
const DONE = 0;
const EOPNOTSUPP = 95;
const EAFNOSUPPORT = 97;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const refuse = (error: number): number => 0x0005_0000 | error;

// Operations of the classic packet filter, and where a call's data lies.
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
const argumentAt = (index: number): number => 16 + 8 * index;

const architectures = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
/** Calls of the 32-bit variant of x86-64 carry this bit, and would pass by every number above. */
const X32_BIT = 0x4000_0000;

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/** A filter of system calls for `bwrap --seccomp`, in spirit Docker's default; null where the architecture is unknown. */
export function seccompFilter(architecture: string): Buffer | null {
  if (architecture !== "x64" && architecture !== "arm64") return null;
  if (endianness() !== "LE") return null;
  const numberOf = ([x64, arm64]: Numbers): number | null => (architecture === "x64" ? x64 : arm64);
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCHITECTURE_AT],
    [JUMP_EQUAL, 1, 0, architectures[architecture]],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, NUMBER_AT],
  ];
  if (architecture === "x64") {
    program.push([JUMP_AT_LEAST, 0, 1, X32_BIT], [RETURN, 0, 0, refuse(ENOSYS)]);
  }
  for (const numbers of Object.values(DENIED)) {
    program.push(...onCall(numberOf(numbers), [[RETURN, 0, 0, refuse(EPERM)]]));
  }
  // Its flags lie in memory, where a filter cannot look; libraries fall back to `clone`.
  program.push(...onCall(numberOf(CLONE3), [[RETURN, 0, 0, refuse(ENOSYS)]]));
  program.push(
    ...onCall(numberOf(CACHESTAT), [[RETURN, 0, 0, refuse(ENOSYS)]]),
    // Whether advice is taken nobody can rely on.
    ...onCall(numberOf(FADVISE), [[RETURN, 0, 0, refuse(DONE)]]),
    ...onCall(numberOf(MADVISE), [
      [LOAD, 0, 0, argumentAt(2)],
      ...returnIf(PAGE_OUT, refuse(DONE)),
      [RETURN, 0, 0, ALLOW],
    ]),
    ...onCall(numberOf(PREADV2), [
      [LOAD, 0, 0, argumentAt(5)],
      [JUMP_ANY_BIT, 0, 1, ONLY_IF_IN_MEMORY],
      [RETURN, 0, 0, refuse(EOPNOTSUPP)],
      [RETURN, 0, 0, ALLOW],
    ]),
    ...onCall(numberOf(FLOCK), [[RETURN, 0, 0, refuse(DONE)]]),
    ...onCall(numberOf(FCNTL), [
      [LOAD, 0, 0, argumentAt(1)],
      ...SET_LOCKS.flatMap((lock) => returnIf(lock, refuse(DONE))),
      ...TELL_OF_OTHERS.flatMap((command) => returnIf(command, refuse(EINVAL))),
      [RETURN, 0, 0, ALLOW],
    ]),
    ...onCall(numberOf(CLONE), [
      [LOAD, 0, 0, argumentAt(0)],
      [JUMP_ANY_BIT, 0, 1, NEW_NAMESPACE],
      [RETURN, 0, 0, refuse(EPERM)],
      [RETURN, 0, 0, ALLOW],
    ]),
    ...onCall(numberOf(IOCTL), [
      [LOAD, 0, 0, argumentAt(1)],
      ...TERMINAL_TRICKS.flatMap((trick) => returnIf(trick, refuse(EPERM))),
      [RETURN, 0, 0, ALLOW],
    ]),
    ...onCall(numberOf(PERSONALITY), allowOnly(0, PERSONALITIES, EPERM)),
    ...onCall(numberOf(SOCKET), allowOnly(0, SOCKET_FAMILIES, EAFNOSUPPORT)),
    [RETURN, 0, 0, ALLOW],
  );
  return assemble(program);
}

/** A block for one call; the others jump over it with the number still loaded. */
function onCall(number: number | null, block: readonly Instruction[]): Instruction[] {
  return number === null ? [] : [[JUMP_EQUAL, 0, block.length, number], ...block];
}

function allowOnly(argument: number, values: readonly number[], error: number): Instruction[] {
  return [
    [LOAD, 0, 0, argumentAt(argument)],
    ...values.flatMap((value) => returnIf(value, ALLOW)),
    [RETURN, 0, 0, refuse(error)],
  ];
}

function returnIf(value: number, answer: number): Instruction[] {
  return [
    [JUMP_EQUAL, 0, 1, value],
    [RETURN, 0, 0, answer],
  ];
}

/** Each instruction takes eight bytes: a half word, two bytes of jumps, a word. */
function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(8 * program.length);
  program.forEach(([code, ifTrue, ifFalse, value], index) => {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(ifTrue, 8 * index + 2);
    bytes.writeUInt8(ifFalse, 8 * index + 3);
    bytes.writeUInt32LE(value >>> 0, 8 * index + 4);
  });
  return bytes;
}
