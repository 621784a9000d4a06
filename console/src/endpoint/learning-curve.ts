/** @file Learning curves as lines of a picture: shares of its width and height, the first epoch at the left, the greatest loss on top. */

export type CurvePoint = {
  readonly epoch: number
  readonly loss: number
  readonly validationLoss: number | null
}

export type CurveLines = {
  /** x and y of each point, 0 to 1; y grows downwards. */
  readonly training: readonly Place[]
  /** Empty where no rows were held out. */
  readonly validation: readonly Place[]
  /** The epoch with the least loss on held out rows, else on the training rows. */
  readonly best: Place & { readonly epoch: number; readonly loss: number }
  readonly least: number
  readonly most: number
  readonly epochs: number
}

export type Place = { readonly x: number; readonly y: number }

/** Null where there is nothing to draw. */
export function linesOf(curve: readonly CurvePoint[]): CurveLines | null {
  const last = curve.at(-1)
  if (last === undefined) return null
  const held = curve.flatMap(({ epoch, validationLoss }) =>
    validationLoss === null ? [] : [{ epoch, loss: validationLoss }],
  )
  const losses = [...curve, ...held].map(({ loss }) => loss)
  const least = Math.min(...losses)
  const most = Math.max(...losses)
  const place = ({ epoch, loss }: { readonly epoch: number; readonly loss: number }): Place => ({
    x: last.epoch === 1 ? 0.5 : (epoch - 1) / (last.epoch - 1),
    y: most === least ? 0.5 : (most - loss) / (most - least),
  })
  const [first, ...others] = held.length > 0 ? held : curve
  if (first === undefined) return null
  const { epoch, loss } = others.reduce((best, next) => (next.loss < best.loss ? next : best), first)
  return {
    training: curve.map(place),
    validation: held.map(place),
    best: { epoch, loss, ...place({ epoch, loss }) },
    least,
    most,
    epochs: last.epoch,
  }
}
