/** @file What weights start with: by name as Keras has them, drawn from a counter, so that one seed is one network. */
import { randomUint32, streamKey } from "../../evaluate/random.ts"
import { elementCountOf } from "../../onnx/element-types.ts"

/**
 * Glorot & Bengio 2010 (variance 2 / (in + out)), He et al. 2015 (2 / in), LeCun et al. 1998 (1 / in); `Normal` is cut at two deviations and
 * rescaled, as Keras does. `uniform` is Keras's RandomUniform(-0.05, 0.05), which its Embedding starts with.
 */
export type InitializerName = (typeof initializerNames)[number]

export const initializerNames = [
  "zeros",
  "ones",
  "uniform",
  "glorotUniform",
  "glorotNormal",
  "heUniform",
  "heNormal",
  "lecunUniform",
  "lecunNormal",
] as const

/** Deviation of a standard normal distribution cut at -2 and 2. */
const truncatedDeviation = 0.87962566103423978

/** Values of a new parameter; `stream` numbers the parameters of a network. */
export function initialValues(
  name: InitializerName,
  shape: readonly number[],
  { seed, stream }: { readonly seed: number; readonly stream: number },
): Float32Array {
  const values = new Float32Array(elementCountOf(shape))
  if (name === "zeros") return values
  if (name === "ones") return values.fill(1)
  const draw = name.endsWith("Normal") ? truncatedNormal : symmetricUniform
  const scale = name === "uniform" ? 0.05 : scaleOf(name, shape)
  const key = streamKey({ seed, stream })
  for (let at = 0; at < values.length; at++) values[at] = scale * draw(key, at)
  return values
}

/** Bound of a uniform distribution, or deviation before a normal one is cut. */
function scaleOf(name: InitializerName, shape: readonly number[]): number {
  const { fanIn, fanOut } = fansOf(shape)
  const variance = name.startsWith("glorot")
    ? 2 / (fanIn + fanOut)
    : name.startsWith("he")
      ? 2 / fanIn
      : 1 / fanIn
  return name.endsWith("Normal") ? Math.sqrt(variance) / truncatedDeviation : Math.sqrt(3 * variance)
}

/** Of [in, out], or of a kernel [..., in, out] whose leading axes are its receptive field. */
function fansOf(shape: readonly number[]): { readonly fanIn: number; readonly fanOut: number } {
  const fanOut = shape.at(-1) ?? 1
  const fanIn = shape.at(-2) ?? fanOut
  const field = elementCountOf(shape.slice(0, -2))
  return { fanIn: Math.max(fanIn * field, 1), fanOut: Math.max(fanOut * field, 1) }
}

function symmetricUniform(key: number, counter: number): number {
  return (randomUint32(key, counter) / 2 ** 32) * 2 - 1
}

/** By rejection: Box and Muller's normal numbers, drawn again beyond two deviations. */
function truncatedNormal(key: number, counter: number): number {
  for (let attempt = 0; ; attempt++) {
    const own = mixedCounter(counter, attempt)
    const radius = Math.sqrt(-2 * Math.log((randomUint32(key, own) + 1) / (2 ** 32 + 1)))
    const normal = radius * Math.cos((2 * Math.PI * randomUint32(key, own + 1)) / 2 ** 32)
    if (Math.abs(normal) <= 2) return normal
  }
}

/** Two counters of its own for each element and attempt. */
function mixedCounter(counter: number, attempt: number): number {
  return (Math.imul(counter, 64) + 2 * (attempt & 31)) >>> 0
}
