/** @file The published face `quernstone`: start a server from code. */
export { type Configuration, type ConfigurationInput, readConfiguration } from "./base/config.ts"
export { Fault, isFault } from "./base/errors.ts"
export { createLog, type Log } from "./base/log.ts"
export { type RunningServer, type StartOptions, startServer, startWorker } from "./main.ts"
