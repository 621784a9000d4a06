/** @file What an import tells of a file and of its bad rows, in both languages: the reader's is chosen when it is shown. */
import { fillPlaceholders, type Sentence, type SentenceParameters } from "../base/sentences/say.ts"

const importNotes = {
  encodingGuessed: {
    en: "The file is not UTF-8; it is read as {encoding}. If letters look wrong, name its encoding with the option encoding.",
    zh: "文件不是 UTF-8，按 {encoding} 读取。若文字显示不正确，请用 encoding 选项指明编码。",
  },
  singleColumn: {
    en: "With the delimiter {delimiter} the file is a single column, though its lines hold other delimiters.",
    zh: "按分隔符 {delimiter} 读取时文件只有一列，但各行含有其他分隔符。",
  },
  noHeader: {
    en: "The first line looks like data, not like names, so columns are called column1, column2 and so on. Say header=true if it holds names.",
    zh: "首行看起来是数据而不是列名，因此各列命名为 column1、column2 等。若首行是列名，请设 header=true。",
  },
  nameMissing: {
    en: 'Column {number} has no name and is called "{name}".',
    zh: "第 {number} 列没有名称，命名为“{name}”。",
  },
  nameCut: {
    en: 'The name of column {number} is longer than {limit} characters and is cut to "{name}".',
    zh: "第 {number} 列的名称超过 {limit} 个字符，截短为“{name}”。",
  },
  leadingZeros: {
    en: 'Column "{name}" has codes with leading zeros, so it is read as text.',
    zh: "列“{name}”含有以零开头的编码，因此按文本读取。",
  },
  integersTooLong: {
    en: 'Column "{name}" has integers beyond 64 bits, so it is read as text.',
    zh: "列“{name}”含有超过 64 位的整数，因此按文本读取。",
  },
  mostlyTyped: {
    en: 'Column "{name}" is read as text: {strays} of its {cells} cells are of another type than {type}. Set columnTypes to make it one.',
    zh: "列“{name}”按文本读取：其 {cells} 个单元格中有 {strays} 个不是 {type} 类型。可用 columnTypes 指定类型。",
  },
  grouped: {
    en: 'Column "{name}" is read as numbers without thousands separators, currency and percent signs (12% is read as 12).',
    zh: "列“{name}”去掉千位分隔符、货币符号和百分号后按数值读取（12% 读作 12）。",
  },
  cellCount: { en: "number of cells: {got} instead of {expected}", zh: "单元格数为 {got}，应为 {expected}" },
  quoteOpen: { en: "a quote opens here and is never closed", zh: "此处引号开始后没有结束" },
  quoteText: {
    en: "text follows a closing quote; quotes inside a cell must be doubled",
    zh: "结束引号之后还有文字；单元格内的引号须写成两个",
  },
  rowTooLong: { en: "the row is longer than {limit} bytes", zh: "该行超过 {limit} 字节" },
  otherType: { en: "not of type {type}", zh: "不是 {type} 类型" },
} as const satisfies Readonly<Record<string, Sentence>>

/** One note, said in every language. */
export function importNote<Key extends keyof typeof importNotes>(
  key: Key,
  ...parameters: SentenceParameters<(typeof importNotes)[Key]["en"]>
): Sentence {
  const { en, zh } = importNotes[key]
  const given = parameters[0] ?? {}
  return { en: fillPlaceholders(en, given), zh: fillPlaceholders(zh, given) }
}
