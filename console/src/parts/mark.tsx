/** @file The mark: a millstone from above, its rim, its eye and six furrows. */

/** One furrow, from the eye to the rim, bent the way the stone turns; the other five are turned copies. */
const furrow = "M16 9.5C16 6.5 17.5 4.5 19.5 3"
const turns = [0, 60, 120, 180, 240, 300]

export function Mark({ title, sizePx = 28 }: { readonly title: string; readonly sizePx?: number }) {
  return (
    <svg
      width={sizePx}
      height={sizePx}
      viewBox="0 0 32 32"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      role="img"
      className="mark"
    >
      <title>{title}</title>
      <circle cx="16" cy="16" r="14" />
      <circle cx="16" cy="16" r="3.5" />
      {turns.map((degrees) => (
        <path key={degrees} d={furrow} transform={`rotate(${degrees} 16 16)`} />
      ))}
    </svg>
  )
}
