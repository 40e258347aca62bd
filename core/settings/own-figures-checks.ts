import { didYouMean, MEASURES, MONEY_MEASURES, RESPONDED, TAKEN_NAMES } from '../protocol/index.js';
import type { CrossCheckContext } from './cross-checks.js';
import type { FactSettings, FurtherStreamSettings } from './fact.settings.js';
import { entries } from './given.js';
import type { Path } from './issues.js';
import type { OwnMeasureSettings } from './own-figures.settings.js';
import type { ReportSettings } from './report.settings.js';

/** Leaves room for what is made of a name in the database, such as `v_campaign_NAME`. */
const LONGEST = 40;
/** A key of a table has room for so many. */
const MOST_DIMENSIONS = 8;

/** Tables that a dimension of one's own brings with it, and columns of the query of a fact. */
const tablesWith = (dimension: string) =>
  ['channel', 'campaign', 'region', 'segment', 'is', 'found', 'sought'].map((other) => `${other}_${dimension}`);

/** What must fit together between users' own measures and dimensions, and between them and what is built in. */
export function checkOwnFigures({ measures, dimensions }: ReportSettings, context: CrossCheckContext): void {
  const { report } = context;
  const owners = new Map(TAKEN_NAMES.map((name) => [name, 'built in']));
  const take = (name: string, made: readonly string[], kind: 'measures' | 'dimensions') => {
    const path: Path = ['report', kind, name];
    if (name.length > LONGEST) report(path, `must have at most ${LONGEST} letters`, 'key');
    const clash = [name, ...made].find((one) => owners.has(one));
    if (clash !== undefined)
      report(path, `clashes: "${clash}" is ${owners.get(clash)} already; take another name`, 'key');
    for (const one of [name, ...made]) if (!owners.has(one)) owners.set(one, `made of report.${kind}.${name}`);
  };
  for (const [name, { ratio }] of entries(measures))
    take(name, ratio === undefined ? [] : ['of', 'per', 'low', 'high'].map((part) => `${name}_${part}`), 'measures');
  for (const [index, [name]] of entries(dimensions).entries()) {
    take(name, tablesWith(name), 'dimensions');
    if (index === MOST_DIMENSIONS) report(['report', 'dimensions', name], `is more than ${MOST_DIMENSIONS}`, 'key');
  }
  for (const [name, measure] of entries(measures)) checkRatio(name, measure, measures ?? {}, context);
}

function checkRatio(
  name: string,
  { ratio }: OwnMeasureSettings,
  measures: Readonly<Record<string, OwnMeasureSettings>>,
  { report }: CrossCheckContext,
): void {
  if (ratio === undefined) return;
  const path: Path = ['report', 'measures', name, 'ratio'];
  const sums = entries(measures).filter(([, one]) => one?.ratio === undefined);
  const known = [...MEASURES, RESPONDED, ...sums.map(([own]) => own)];
  const amounts: readonly string[] = [
    ...MONEY_MEASURES,
    ...sums.filter(([, { type }]) => type === 'amount').map(([own]) => own),
  ];
  for (const side of ['of', 'per'] as const) {
    const text: string | undefined = ratio[side];
    if (text === undefined) continue;
    if (!known.includes(text))
      report(
        [...path, side],
        Object.hasOwn(measures, text)
          ? `"${text}" is itself a ratio; name the measures that it is made of`
          : `no such measure; ${didYouMean(text, known)}`,
      );
    else if (ratio.as === 'percent' && amounts.includes(text))
      report([...path, side], `"${text}" is an amount, and a percentage is of counts; write \`as: number\``);
  }
  if (ratio.of !== undefined && ratio.of === ratio.per) report([...path, 'per'], 'is the same as `of`');
}

/** Own measures and dimensions that a stream of a fact maps. */
export function checkOwnMapping(
  { measures, dimensions }: FactSettings | FurtherStreamSettings,
  own: ReportSettings,
  path: Path,
  { report }: CrossCheckContext,
): void {
  const sums = entries(own.measures).flatMap(([name, one]) => (one?.ratio === undefined ? [name] : []));
  for (const name of Object.keys(measures ?? {}))
    if (!sums.includes(name)) {
      const isRatio = Object.hasOwn(own.measures ?? {}, name);
      const isBuiltIn = (MEASURES as readonly string[]).includes(name);
      report(
        [...path, 'measures', name],
        isRatio
          ? 'is a ratio, which is computed; map the measures that it is made of'
          : isBuiltIn
            ? 'is built in; map it under `as`'
            : `no such measure under report.measures; ${didYouMean(name, sums)}`,
        'key',
      );
    }
  const known = ['region', 'segment', ...Object.keys(own.dimensions ?? {})];
  for (const name of Object.keys(dimensions ?? {}))
    if (!known.includes(name))
      report([...path, 'dimensions', name], `no such dimension; ${didYouMean(name, known)}`, 'key');
}
