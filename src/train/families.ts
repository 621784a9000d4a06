/** @file The families of learners that are compared: constant, linear, network; of each what is tried. */
import assert from "node:assert"

import { fault } from "../base/errors.ts"
import { fitConstant } from "../learn/constant.ts"
import { fitLinearPath } from "../learn/linear.ts"
import type { Family, FamilyOptions } from "./family.ts"
import type { LearnerFamily } from "./learner-choice.ts"
import { networkFamily } from "./network-family.ts"

/** The simplest first: a tie goes to the earlier. The constant is always there, as the baseline. */
export function familiesFor(options: FamilyOptions): readonly Family[] {
  const { learner } = options.choice
  const isWanted = (name: LearnerFamily) => learner === null || learner === name
  return [
    constantFamily(options),
    ...(isWanted("linear") ? [linearFamily(options)] : []),
    ...(isWanted("network") ? [networkFamily(options)] : []),
  ]
}

function constantFamily({ clock }: FamilyOptions): Family {
  return {
    learner: "constant",
    form: "oneHot",
    fit: async (data) => {
      const startedMs = clock.monotonicMs()
      const learner = fitConstant(data)
      const fitMs = clock.monotonicMs() - startedMs
      return [{ learner, facts: { parameters: {}, fitMs, curve: null, bestEpoch: null } }]
    },
    refit: () => async (data) => fitConstant(data),
  }
}

/** Strengths of the penalty that are tried; 1 is scikit-learn's default for ridge. */
const penaltiesTried = [0.01, 0.1, 1, 10, 100, 1_000]

/** A path of penalties costs little more than one of them. */
function linearFamily({ choice, clock }: FamilyOptions): Family {
  const { penalty, l1Ratio = 0 } = choice.linear
  const penalties = penalty === undefined ? penaltiesTried : [penalty]
  return {
    learner: "linear",
    form: "oneHot",
    fit: async (data, { shouldStop }) => {
      const startedMs = clock.monotonicMs()
      const learners = fitLinearPath(data, penalties, { l1Ratio, shouldStop })
      const fitMs = (clock.monotonicMs() - startedMs) / learners.length
      return learners.map((learner, member) => {
        if (learner === null) throw fault("JOB_CANCELLED", {})
        const parameters = { penalty: penalties[member] ?? 1, ...(l1Ratio === 0 ? {} : { l1Ratio }) }
        return { learner, facts: { parameters, fitMs, curve: null, bestEpoch: null } }
      })
    },
    refit:
      (member) =>
      async (data, { shouldStop }) => {
        const [learner] = fitLinearPath(data, [penalties[member] ?? 1], { l1Ratio, shouldStop })
        assert(learner !== undefined)
        if (learner === null) throw fault("JOB_CANCELLED", {})
        return learner
      },
  }
}
