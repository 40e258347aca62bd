import type { Field, FieldType } from '../../../protocol/index.js';
import type { Trial } from './subject.js';

/** Columns as `name type`, a `?` after the type where it may be null, `decimal(38,0)` with its digits. */
export function columns(...texts: readonly string[]): readonly Field[] {
  return texts.map((text) => {
    const [, name = '', type = 'string', precision, scale, nullable] =
      /^(\S+) ([a-z]+)(?:\((\d+),(\d+)\))?(\?)?$/.exec(text) ?? [];
    const bounds = precision === undefined ? {} : { precision: Number(precision), scale: Number(scale) };
    return { name, type: type as FieldType, nullable: nullable === '?', ...bounds };
  });
}

export const ITEM: readonly Field[] = columns('id integer', 'name string?');

export const noMerge = ({ capabilities }: Trial): string | undefined =>
  capabilities.writeModes.includes('merge') ? undefined : 'It does not merge.';

export const noKeys = ({ capabilities }: Trial): string | undefined =>
  capabilities.keepsKeys ? undefined : 'It does not compare what is written with what is there.';

export const noOverwrite = ({ capabilities }: Trial): string | undefined =>
  capabilities.writeModes.includes('overwrite') ? undefined : 'It does not overwrite.';

export const noAppend = ({ capabilities }: Trial): string | undefined =>
  capabilities.writeModes.includes('append') ? undefined : 'It does not append.';
