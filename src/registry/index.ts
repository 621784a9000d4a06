/** @file The registry: models, immutable versions, aliases, lineage. */
export { type LineageEdge, type LineageKind, link } from "./lineage.ts"
export {
  addModelVersion,
  getModelVersion,
  type Model,
  type ModelReport,
  type ModelVersion,
  type NewModelVersion,
  type Page,
  type Paged,
  productionAlias,
  setAlias,
  type VersionChoice,
} from "./models.ts"
export { createRegistry, type Registry } from "./registry.ts"
