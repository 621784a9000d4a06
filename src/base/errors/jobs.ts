import type { ErrorRow } from "../errors.ts"

export const jobErrors = {
  JOB_NOT_FOUND: {
    kind: "notFound",
    en: "There is no job {id} in this workspace. `quernstone jobs` lists those there are.",
    zh: "此工作区中没有任务 {id}。`quernstone jobs` 会列出现有任务。",
  },
  JOB_QUEUE_FULL: {
    kind: "tooMany",
    en: "{waiting} jobs of this workspace are waiting already, and {limit} may. Wait until some have run, or cancel some.",
    zh: "此工作区已有 {waiting} 个任务在等待，上限为 {limit}。请等待部分任务完成，或取消部分任务。",
  },
  JOB_OUT_OF_MEMORY: {
    kind: "full",
    en: "The job used {peakMiB} MiB of memory and was stopped at its limit of {limitMiB} MiB. Give it less data, or raise QUERNSTONE_LIMIT_JOB_MEMORY_BYTES_MAX.",
    zh: "任务使用了 {peakMiB} MiB 内存，超过上限 {limitMiB} MiB，已被终止。请减少数据，或调高 QUERNSTONE_LIMIT_JOB_MEMORY_BYTES_MAX。",
  },
  JOB_TIMEOUT: {
    kind: "timeout",
    en: "The job was stopped after {seconds} seconds, its limit. Give it less to do, or raise QUERNSTONE_LIMIT_JOB_DURATION_MS_MAX.",
    zh: "任务运行已达 {seconds} 秒的上限，已被终止。请减少工作量，或调高 QUERNSTONE_LIMIT_JOB_DURATION_MS_MAX。",
  },
  JOB_CANCELLED: {
    kind: "conflict",
    en: "The job was cancelled. Start it again if its result is still wanted.",
    zh: "任务已取消。如仍需要结果，请重新启动。",
  },
  JOB_CRASHED: {
    kind: "internal",
    en: "The job's process ended without a result ({reason}). The server's log has its last lines; if it happens again, please report them.",
    zh: "任务进程未给出结果就结束了（{reason}）。服务器日志中有其最后几行输出；如再次发生，请据此报告问题。",
  },
  JOB_FAILED: {
    kind: "internal",
    en: "Something went wrong inside the job. The server's log has the details; please report them.",
    zh: "任务内部出错。服务器日志中有详细信息，请据此报告问题。",
  },
  JOB_ATTEMPTS_SPENT: {
    kind: "internal",
    en: "The job was started {attempts} times, and each time the process that ran it disappeared. Look for a machine that restarts or runs out of memory, then start the job again.",
    zh: "任务已启动 {attempts} 次，每次运行它的进程都中途消失。请检查机器是否重启或内存不足，然后重新启动任务。",
  },
} as const satisfies Readonly<Record<string, ErrorRow>>
