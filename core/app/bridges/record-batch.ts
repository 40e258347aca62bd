import { jsonLine } from '../../../destinations/files/jsonl.format.js';
import { TextBatch, type RowText } from '../../../destinations/files/text-batch.js';
import type { Field } from '../../protocol/index.js';

/** A batch of records as JSON objects, each with its position in the slice. */
export class RecordBatch extends TextBatch {
  #positions: number[] = [];
  #position = 0;
  #isFirst = false;

  /** `decimalsAs`: what the other side takes them as, numbers or texts; every digit is kept either way. */
  constructor(fields: readonly Field[], decimalsAs: 'number' | 'text') {
    super(decimalsAs === 'text' ? withTexts(fields) : jsonLine(fields), fields, []);
  }

  override begin(): void {
    this.#isFirst = true;
    super.begin();
  }

  /** The row program gives the position first. */
  override integer(value: number): void {
    if (this.#isFirst) this.#position = value;
    this.#isFirst = false;
    super.integer(value);
  }

  override commit(): void {
    this.#positions.push(this.#position);
    super.commit();
  }

  /** Empties the batch. */
  records(): readonly (readonly [json: string, position: number])[] {
    const lines = this.take().toString('utf8').split('\n');
    const records = this.#positions.map((position, at) => [lines[at]!, position] as const);
    this.reset();
    this.#positions = [];
    return records;
  }
}

function withTexts(fields: readonly Field[]): RowText {
  const line = jsonLine(fields);
  const isDecimal = fields.map(({ type }) => type === 'decimal');
  return {
    end: line.end,
    value: (column, kind, text) => line.value(column, isDecimal[column] === true ? 'plain' : kind, text),
  };
}
