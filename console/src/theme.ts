/** @file The look: stone greys with one blue-green, the system's own fonts, Chinese ones named. */
import { createTheme } from "@mantine/core"

export const theme = createTheme({
  primaryColor: "quern",
  primaryShade: { light: 8, dark: 7 },
  colors: {
    quern: [
      "#eef6f8",
      "#dcebef",
      "#b6d5dd",
      "#8cbdc9",
      "#68a8b8",
      "#519bae",
      "#43899c",
      "#327686",
      "#28697a",
      "#155966",
    ],
  },
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace',
  headings: { fontWeight: "600" },
  defaultRadius: "md",
  respectReducedMotion: true,
})
