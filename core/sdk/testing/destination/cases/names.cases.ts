import type { Field, RecordData } from '../../../../protocol/index.js';
import { isConnectorError } from '../../../errors.js';
import { Breach, messageOf, mustHold } from '../checks.js';
import { columns, ITEM } from '../columns.js';
import type { ConformanceCase, OpenRun, Trial } from '../subject.js';

const RESERVED = [
  'select',
  'from',
  'order',
  'group',
  'table',
  'user',
  'values',
  'default',
  'index',
  'current_date',
  'partition',
];
const ODD = [
  'a"b',
  "a'b",
  'a`b',
  'a b',
  'a.b',
  'a-b',
  'a%b',
  'a\\b',
  '$1',
  '?',
  '1st',
  ':name',
  '{x}',
  'a,b',
  '(a)',
  '--',
  '/*',
  ';',
  'a\tb',
];
const FOREIGN = [
  'größe',
  '日本',
  'שלום',
  '👍',
  'e\u0301t',
  'ǅ',
  'constructor',
  'toString',
  'hasOwnProperty',
  'CamelCase',
  'UPPER',
];

/** Columns of these names, each with a value of its own. */
async function landsUnder(
  trial: Trial,
  names: readonly string[],
  table = trial.table({ fields: ITEM }),
): Promise<void> {
  const fields: readonly Field[] = [
    ...columns('id integer'),
    ...names.map((name): Field => ({ name, type: 'string', nullable: true })),
  ];
  const spec = { ...table, fields };
  const { session, load } = await trial.open();
  await session.create(spec);
  const record = (id: number, text: string): RecordData =>
    Object.fromEntries([['id', id], ...names.map((name) => [name, `${text} ${name}`] as const)]);
  await load(spec, [[record(1, 'first'), record(2, 'first')]]);
  await load(spec, [[record(3, 'second')]], { slice: 'next' });
  if (trial.capabilities.keepsKeys && spec.write === 'merge') {
    await load(spec, [[record(1, 'changed')]], { slice: 'last' });
    await trial.expectRows(spec, [record(1, 'changed'), record(2, 'first'), record(3, 'second')]);
  } else await trial.expectRows(spec, [record(1, 'first'), record(2, 'first'), record(3, 'second')]);
}

/** Two names that a database could take for one are kept apart, or refused before anything lands. */
const apartOrRefused = (trial: Trial, names: readonly [string, string]) =>
  landsOrRefused(names, () => landsUnder(trial, names));

async function landsOrRefused(names: readonly [string, string], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Breach) throw error;
    mustHold(
      isConnectorError(error) && ['config', 'schema'].includes(error.kind),
      `The names are refused with something else than a \`config\` error: ${messageOf(error)}`,
    );
    const beginning = names[0].slice(0, 40).toLowerCase();
    mustHold(
      messageOf(error).toLowerCase().includes(beginning),
      `The error does not say which name: ${messageOf(error)}`,
    );
    mustHold(typeof error.details.hint === 'string', 'The error does not say what to do.');
  }
}

export const NAMES: readonly ConformanceCase[] = [
  {
    name: 'columns may be called like words of SQL',
    area: 'names',
    run: (trial) => landsUnder(trial, RESERVED),
  },
  {
    name: 'columns may have quotes, spaces and signs in their names',
    area: 'names',
    run: (trial) => landsUnder(trial, ODD),
  },
  {
    name: 'columns may have letters of any script, and names that every object inherits',
    area: 'names',
    run: (trial) => landsUnder(trial, FOREIGN),
  },
  {
    name: 'tables may have such names too',
    area: 'names',
    notFor: ({ subject }) => (subject.plugin.sql === undefined ? 'It has no tables.' : undefined),
    async run(trial) {
      const { name } = trial.table({ fields: ITEM });
      for (const odd of ['select', 'Mixed "Case"', "o'clock", 'größe 日本'])
        await landsUnder(trial, ['v'], trial.table({ fields: ITEM, stream: odd, name: `${odd} ${name}` }));
    },
  },
  {
    name: 'names that differ by case alone are kept apart, or refused with both',
    area: 'names',
    run: (trial) => apartOrRefused(trial, ['total', 'Total']),
  },
  {
    name: 'streams whose names differ by case alone are kept apart, or refused with both, in one run or in the next',
    area: 'names',
    notFor: ({ subject }) => (subject.plugin.sql === undefined ? 'It has no tables.' : undefined),
    async run(trial) {
      const table = (name: string) => trial.table({ fields: ITEM, stream: name, name });
      // A schema is shared by the cases of a run.
      const word = `of_${trial.connection}`;
      const [small, large] = [table(word), table(word.toUpperCase())];
      const first = await trial.open();
      await first.session.create(small);
      await first.load(small, [[{ id: 1, name: 'small' }]]);
      const land = async ({ session, load }: OpenRun) => {
        await session.describe(large);
        await session.create(large);
        await load(large, [[{ id: 1, name: 'large' }]]);
      };
      await landsOrRefused([small.stream, large.stream], () => land(first));
      await landsOrRefused([small.stream, large.stream], async () => land(await trial.open()));
      await trial.expectRows(small, [{ id: 1, name: 'small' }]);
    },
  },
  {
    name: 'names that begin with the same 255 letters are kept apart, or refused',
    area: 'names',
    run: (trial) => apartOrRefused(trial, [`${'x'.repeat(255)}a`, `${'x'.repeat(255)}b`]),
  },
  {
    name: 'names that begin with the same 63 bytes are kept apart, or refused',
    area: 'names',
    run: (trial) => apartOrRefused(trial, [`${'é'.repeat(31)}xa`, `${'é'.repeat(31)}xb`]),
  },
];
