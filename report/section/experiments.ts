import type { SqlSession } from '#sdk';
import { newcombe, type Share } from '../statistics/proportions.js';
import { fisherTest, holm, leastExpected, pooledTest, sampleRatioTest } from '../statistics/tests.js';
import { armName, armsOf, testsOf, type ArmRow } from './arms.js';
import { rateOf } from './figures.js';
import type { Experiment, ExperimentArm, ExperimentComparison } from './model.js';

/** How members were to be shared out among the arms of a campaign; arms that are not named here are not judged. */
export interface ExperimentDefinition {
  readonly source?: string;
  readonly campaign_id: string;
  /** Variant to its share. */
  readonly shares: Readonly<Record<string, number>>;
}

/** Rarer by chance than this, members were not shared out as meant, and no arm may be said to be better. */
const RATIO_ALPHA = 0.001;
const ALPHA = 0.05;
/** Fewer members an arm say nothing. */
const LEAST_MEMBERS = 100;
const LEAST_EXPECTED = 5;
/** Of a difference that is found in four of five cases: the quantiles of 97.5 % and 80 %. */
const POWER = 1.959964 + 0.841621;

/** The campaigns of a month that had several arms, each test of them, by what was responded of those who were chosen, or else sent to. */
export async function experimentsOf(
  sql: SqlSession,
  month: string,
  { isOver, definitions }: { readonly isOver: boolean; readonly definitions: readonly ExperimentDefinition[] },
): Promise<readonly Experiment[]> {
  const campaigns = await armsOf(sql, month, 'several');
  const tests = campaigns.flatMap(({ arms, ...campaign }) => {
    const all = testsOf(arms);
    return all.map(({ channels, arms: rows }) => ({
      ...campaign,
      channel: all.length < 2 ? '' : channels.join(', '),
      rows,
    }));
  });
  return tests.flatMap(({ source, campaign_id, name, channel, rows }) => {
    const unit = rows.every(({ targeted }) => targeted !== null) ? 'targeted' : 'sent';
    const arms = rows
      .flatMap((row) => armOf(row, rows, unit) ?? [])
      .toSorted((left, right) => Number(right.is_control) - Number(left.is_control));
    if (arms.length < 2) return [];
    const definition = definitions.find(
      (one) => one.campaign_id === campaign_id && (one.source === undefined || one.source === source),
    );
    const ratio = ratioOf(arms, definition);
    const compared = comparisonsOf(arms);
    const isSmall =
      arms.some(({ members }) => members < LEAST_MEMBERS) || compared.some(({ expected }) => expected < LEAST_EXPECTED);
    const isOff = ratio?.is_off === true;
    const comparisons = isOff ? [] : compared.map(({ expected: _, ...comparison }) => comparison);
    const isDifferent = comparisons.some(({ adjusted_p_value: p }) => p < ALPHA);
    const verdict = isOff
      ? 'sample_ratio_off'
      : isSmall
        ? 'too_small'
        : !isOver
          ? 'running'
          : isDifferent
            ? 'difference'
            : 'no_difference';
    return [
      {
        source,
        campaign_id,
        name,
        channel,
        unit,
        arms,
        sample_ratio: ratio,
        comparisons,
        verdict,
      } satisfies Experiment,
    ];
  });
}

/** Undefined where it has no members, or a part of it is not measured. */
function armOf(row: ArmRow, among: readonly ArmRow[], unit: 'targeted' | 'sent'): ExperimentArm | undefined {
  const { variant_id, is_control, responded } = row;
  const members = row[unit];
  if (members === null || members <= 0 || responded === null) return undefined;
  return { variant_id, name: armName(row, among), is_control, members, responded, rate: rateOf(responded, members) };
}

/** Without given shares arms are to be equal; how large a control group is to be nobody knows then. */
function ratioOf(arms: readonly ExperimentArm[], definition: ExperimentDefinition | undefined) {
  const shares = definition?.shares;
  const judged = arms.filter(({ variant_id, is_control }) =>
    shares === undefined ? !is_control : shares[variant_id] !== undefined,
  );
  if (judged.length < 2) return null;
  const { chiSquare, p } = sampleRatioTest(
    judged.map(({ members }) => members),
    judged.map(({ variant_id }) => shares?.[variant_id] ?? 1),
  );
  return { is_given: shares !== undefined, chi_square: chiSquare, p_value: p, is_off: p < RATIO_ALPHA };
}

function comparisonsOf(arms: readonly ExperimentArm[]): readonly (ExperimentComparison & { expected: number })[] {
  const pairs = arms.flatMap((base, index) => arms.slice(index + 1).map((arm) => ({ base, arm })));
  const found = pairs.flatMap(({ base, arm }) => {
    const [one, other] = [shareOf(arm), shareOf(base)];
    const difference = newcombe(one, other);
    if (difference === null) return [];
    const expected = leastExpected(one, other);
    const isExact = expected < LEAST_EXPECTED;
    const pooled = (one.numerator + other.numerator) / (one.denominator + other.denominator);
    const spread = Math.sqrt(pooled * (1 - pooled) * (1 / one.denominator + 1 / other.denominator));
    return [
      {
        variant_id: arm.variant_id,
        base_variant_id: base.variant_id,
        difference,
        test: isExact ? ('fisher' as const) : ('z' as const),
        p_value: isExact ? fisherTest(one, other) : pooledTest(one, other).p,
        detectable: POWER * spread,
        expected,
      },
    ];
  });
  const adjusted = holm(found.map(({ p_value }) => p_value));
  return found.map((comparison, index) => ({ ...comparison, adjusted_p_value: adjusted[index]! }));
}

const shareOf = ({ responded, members }: ExperimentArm): Share => ({ numerator: responded, denominator: members });
