/** @file A thread inside a job's child: ends the child when its parent is gone, even while the main thread is blocked by a run. */
import { parentPort, workerData } from "node:worker_threads"

const checkEveryMs = 500

// The main thread notices a closed channel only between two runs; an orphan that never comes back to its event
// loop would hold its memory for ever. The parent's pid is handed in: by now it may be dead already.
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL")
}, checkEveryMs)
parentPort?.postMessage("watching")
