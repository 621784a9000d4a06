/** @file Puts the console into the page. */
import "@mantine/core/styles.css"
import "./style.css"
import "./endpoint/endpoint.css"
import "./endpoint/leaderboard.css"

import { StrictMode } from "react"
import { createRoot } from "react-dom/client"

import { App } from "./app.tsx"

const root = document.getElementById("root")
if (root === null) throw new Error("index.html has no #root")
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
