/** @file The options of `train` that choose a learner and fix its settings; what is not given is searched by the server. */
import { type Command, Option } from "commander"

import type { LinearChoice, NetworkChoice, TrainingRequest } from "../../client/src/index.ts"
import {
  type Bounds,
  hiddenActivations,
  learnerFamilies,
  optimizerNames,
  regressionLosses,
  trainingBounds,
} from "../base/training-choices.ts"
import { choice, decimalNumber, usage, wholeNumber } from "./command.ts"
import type { Context } from "./context.ts"
import type { Terminal } from "./terminal.ts"

type Learner = NonNullable<TrainingRequest["learner"]>

/** As commander hands them over: absent ones are undefined. */
export type LearnerOptions = {
  readonly learner?: Learner
  readonly layers?: number[]
  readonly activation?: NonNullable<NetworkChoice["activation"]>
  readonly loss?: NonNullable<NetworkChoice["loss"]>
  readonly optimizer?: NonNullable<NetworkChoice["optimizer"]>
  readonly learningRate?: number
  readonly dropout?: number
  readonly l1?: number
  readonly l2?: number
  readonly epochs?: number
  readonly batchSize?: number
  readonly patience?: number
  readonly penalty?: number
  readonly l1Ratio?: number
}

const losses = ["crossentropy", ...regressionLosses] as const

export function withLearner(command: Command, { terminal }: Context): Command {
  const { say } = terminal
  const bounds = trainingBounds
  const number = (flags: string, description: string, given: Bounds) =>
    decimalNumber(flags, description, given, terminal)
  return command
    .addOption(choice("--learner <family>", say("optionLearner"), learnerFamilies, terminal))
    .addOption(layerWidths("--layers <widths>", say("optionLayers"), terminal))
    .addOption(choice("--activation <name>", say("optionActivation"), hiddenActivations, terminal))
    .addOption(choice("--loss <name>", say("optionLoss"), losses, terminal))
    .addOption(choice("--optimizer <name>", say("optionOptimizer"), optimizerNames, terminal))
    .addOption(number("--learning-rate <rate>", say("optionLearningRate"), bounds.learningRate))
    .addOption(number("--dropout <share>", say("optionDropout"), bounds.dropout))
    .addOption(number("--l1 <strength>", say("optionL1"), bounds.weightPenalty))
    .addOption(number("--l2 <strength>", say("optionL2"), bounds.weightPenalty))
    .addOption(wholeNumber("--epochs <number>", say("optionEpochs"), bounds.epochs, terminal))
    .addOption(wholeNumber("--batch-size <rows>", say("optionBatchSize"), bounds.batchSize, terminal))
    .addOption(
      wholeNumber(
        "--patience <epochs>",
        say("optionPatience"),
        { ...bounds.patience, least: noPatience },
        terminal,
      ),
    )
    .addOption(number("--penalty <strength>", say("optionPenalty"), bounds.penalty))
    .addOption(number("--l1-ratio <share>", say("optionL1Ratio"), bounds.l1Ratio))
}

/** A word cannot be null: this number says that training does not stop early. */
const noPatience = 0

/** The learner's part of a training request. Throws USAGE where an option is of another learner than the one chosen. */
export function learnerRequest(
  options: LearnerOptions,
  terminal: Terminal,
): Pick<TrainingRequest, "learner" | "network" | "linear"> {
  const { learner } = options
  const network = networkOf(options)
  const linear = linearOf(options)
  for (const [family, settings] of [["network", network] as const, ["linear", linear] as const]) {
    const [setting] = Object.keys(settings)
    if (setting === undefined || learner === undefined || learner === family) continue
    const option = `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    throw usage(terminal.say("usageLearner", { option, family, learner }))
  }
  return {
    ...(learner === undefined ? {} : { learner }),
    ...(Object.keys(network).length === 0 ? {} : { network }),
    ...(Object.keys(linear).length === 0 ? {} : { linear }),
  }
}

function networkOf(options: LearnerOptions): NetworkChoice {
  const { layers, activation, loss, optimizer, learningRate, dropout, l1, l2, epochs, batchSize } = options
  const { patience } = options
  return defined({
    layers,
    activation,
    loss,
    optimizer,
    learningRate,
    dropout,
    l1,
    l2,
    epochs,
    batchSize,
    patience: patience === noPatience ? null : patience,
  })
}

function linearOf({ penalty, l1Ratio }: LearnerOptions): LinearChoice {
  return defined({ penalty, l1Ratio })
}

function defined<Settings extends object>(settings: Settings): Partial<Settings> {
  const kept: Partial<Settings> = { ...settings }
  for (const name in kept) if (kept[name] === undefined) delete kept[name]
  return kept
}

/** `64,32`: the widths of hidden layers, from the input on. */
function layerWidths(flags: string, description: string, { say }: Terminal): Option {
  const { layers, width } = trainingBounds
  return new Option(flags, description).argParser((value) => {
    const widths = value.split(",").map((part) => part.trim())
    const isRight =
      widths.length <= layers.most &&
      widths.every((part) => /^\d+$/.test(part) && Number(part) >= width.least && Number(part) <= width.most)
    if (isRight) return widths.map(Number)
    throw usage(say("usageLayers", { value, layers: layers.most, width: width.most }))
  })
}
