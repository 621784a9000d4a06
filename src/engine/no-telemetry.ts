/**
 * @file Imported for its effect, before ONNX Runtime: keeps it from reporting to its maker. Since 1.29 its official Linux builds queue
 * events in the user's home and upload them, with names and metadata of the models that they load.
 */

// The library reads the real environment when it starts. A thread's `process.env` is a copy, so whoever starts a thread imports this too.
process.env.ORT_DISABLE_TELEMETRY = "1"
