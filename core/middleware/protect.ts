import type { PlannedColumn, Seal } from '../protocol/index.js';
import { ConnectorError } from '../sdk/errors.js';
import type { Step } from './chain.js';
import { columnNamed, Unclassified, withColumn, type StreamRules } from './rules.js';
import { encryption, generalisation, joinHash, mask, type SealKey } from './seals.js';

/**
 * Keeps protected values out of the destination: left out altogether, or as a token, a hash, a ciphertext or a coarser value.
 * A column that somebody must still classify stops a stream of PHI before anything of it is read.
 */
export const protectStep: Step = ({ columns, conditions }, rules) => {
  let current = columns;
  for (const [name, rule] of Object.entries(rules.protect)) {
    const column = columnNamed(current, name, 'protect', rules);
    const refuse = (what: string, hint: string): never => {
      throw new ConnectorError('config', `Stream "${rules.stream}": ${what}`, { stream: rules.stream, hint });
    };
    if (rule === 'keep') continue;
    if (column.min !== undefined || column.max !== undefined)
      refuse(
        `expect.range names "${name}", which protect takes away.`,
        'A number that becomes a token has no range any more: leave out the expectation or the protection.',
      );
    if (rule === 'drop') {
      if (isExpected(rules, name))
        refuse(
          `expect.not_null names "${name}", which protect drops.`,
          'Leave out the expectation, or tokenize the column.',
        );
      current = current.filter((candidate) => candidate !== column);
      continue;
    }
    const { nullable } = column.target;
    const target: PlannedColumn['target'] = { name, type: 'string', nullable };
    const checked = (verb: string, { key, version }: SealKey): SealKey => {
      if (!(key instanceof Uint8Array) || key.length < MIN_KEY_BYTES)
        refuse(
          `protect ${verb} "${name}" with a key that is unknown or shorter than ${MIN_KEY_BYTES} bytes.`,
          'Name a key that the installation holds.',
        );
      if (!Number.isSafeInteger(version) || version < 1)
        refuse(`protect ${verb} "${name}" with a key that has no version.`, 'Versions are 1, 2, 3, …');
      return { key, version };
    };
    if ('tokenize' in rule) {
      current = withColumn(current, column, {
        target,
        tokenize: { ...rule.tokenize, ...checked('tokenizes', rule.tokenize) },
      });
      continue;
    }
    let seal: Seal;
    if ('encrypt' in rule) {
      const place = { table: rules.table ?? rules.stream, column: name };
      seal = encryption(checked('encrypts', rule.encrypt), place);
    } else if ('hash' in rule) seal = joinHash(checked('hashes', rule.hash).key);
    else if ('mask' in rule) seal = mask(rule.mask);
    else seal = generalisation(rule.generalise, rules.year ?? new Date().getUTCFullYear());
    // Values that differ would be one key.
    if (
      column.required === true &&
      rules.key?.includes(column.source) === true &&
      ('mask' in rule || 'generalise' in rule)
    )
      refuse(`protect makes values of the key column "${name}" alike.`, 'Tokenize a key column, or hash it.');
    current = withColumn(current, column, { target, seal });
  }
  const open = current.filter(
    ({ target }) => (rules.phi === true || target.personal === true) && !Object.hasOwn(rules.protect, target.name),
  );
  if (open.length > 0)
    throw new Unclassified(
      open.map(({ target }) => target.name),
      rules.phi === true ? 'is marked `phi`' : 'has columns that tell who a person is',
      {
        stream: rules.stream,
        hint: 'Give each a rule under `protect`: drop, tokenize, encrypt, hash, mask, generalise, or keep where it says nothing of a person.',
      },
    );
  return { columns: current, conditions };
};

/** With fewer bytes the values behind tokens could be found by trying keys. */
const MIN_KEY_BYTES = 16;

const isExpected = (rules: StreamRules, name: string) =>
  rules.expect.some((rule) => 'not_null' in rule && rule.not_null.includes(name));
