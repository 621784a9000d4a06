import react from "@vitejs/plugin-react"
import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
  // Relative, so that the console also works below a path that a proxy puts in front.
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../dist/console",
    emptyOutDir: true,
    // Nothing goes inline as data: URLs: every byte of the page is a file of this server, under its Content-Security-Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_000,
    // Chromium 111, Firefox 120 and Safari 17.5 on: the first that have light-dark() or run what Mantine's style sheet needs.
    target: ["chrome123", "firefox120", "safari17.5"],
  },
})
