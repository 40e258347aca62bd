import { ownFigures } from '../../report/index.js';
import type { Installation } from './installation.js';

/** What every section of this installation is made with. */
export function sectionOptions({ configuration }: Installation) {
  const { project, report } = configuration.settings;
  return {
    project,
    closeAfter: report?.months.close_after ?? '8d',
    missingDays: report?.months.missing_days ?? ('hold' as const),
    factDays: Object.fromEntries(
      (report?.facts ?? []).flatMap(({ name, from, days }) => (days === undefined ? [] : [[name ?? from, days]])),
    ),
    experiments: (report?.experiments ?? []).map(({ source, campaign_id, arms }) => ({
      ...(source === undefined ? {} : { source }),
      campaign_id,
      shares: Object.fromEntries(arms.map(({ variant_id, share }) => [variant_id, share])),
    })),
    own: ownFigures(report ?? {}),
    suppression: report?.suppression ?? { threshold: 11, dimensions: ['region', 'segment'] as const },
  };
}
