/** @file A first network: eight numbers in, one probability out. `npm run build`, then `node dist/examples/first-network.js`. */
import { Dense, Sequential } from "quernstone/learn"

// 768 rows of eight numbers, and a rule that the network has to find.
const rows = Array.from({ length: 768 }, (_, row) =>
  Array.from({ length: 8 }, (_column, column) => Math.sin(12.9898 * (8 * row + column))),
)
const labels = rows.map(([a = 0, b = 0, c = 0, d = 0]) => (a * b + c > d ? 1 : 0))
const [xTrain, yTrain] = [rows.slice(0, 600), labels.slice(0, 600)]
const [xTest, yTest] = [rows.slice(600), labels.slice(600)]

const model = Sequential([
  Dense(10, { inputDim: 8, activation: "relu" }),
  Dense(1, { activation: "sigmoid" }),
])
model.compile({ loss: "binaryCrossentropy", optimizer: "adam", metrics: ["accuracy"] })
await model.fit(xTrain, yTrain, { epochs: 10, batchSize: 32 })

const { loss, accuracy = 0 } = await model.evaluate(xTest, yTest)
const { data } = await model.predict(xTest)
await model.save("model.onnx")

console.log(
  `loss ${loss.toFixed(3)}, accuracy ${accuracy.toFixed(3)} on ${xTest.length} rows that it has not seen`,
)
console.log(`the first of them: ${data[0]?.toFixed(3)}, true is ${yTest[0]}; the network is in model.onnx`)
